package dev.byname.plugin.chaos;

import dev.byname.corefile.ArgumentReader;
import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.HostName;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.query.Plugin;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Reads {@code chaos}. */
public final class ChaosFactory implements PluginFactory<ChaosConfig> {
  /** A string of a TXT record (RFC 1035 section 3.3). */
  private static final int STRING_BYTES_MAX = 255;

  @Override
  public String name() {
    return "chaos";
  }

  @Override
  public ChaosConfig parse(List<Directive> directives, BlockContext block, Problems problems) {
    var in = new DirectiveReader(directives.getFirst(), problems);
    String version = "Byname-" + version();
    if (in.argumentCount() > 0) {
      version = cut(in.argument(0).text());
    }
    List<String> authors =
        in.argumentsFrom(1).stream()
            .map(ArgumentReader::text)
            .map(ChaosFactory::cut)
            .distinct()
            .toList();
    in.done();
    return new ChaosConfig(version, authors);
  }

  private static String version() {
    String version = ChaosFactory.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /** As bytes in Latin-1, which is how TXT records keep them; as CoreDNS, the rest is cut off. */
  private static String cut(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new String(
        bytes, 0, Math.min(bytes.length, STRING_BYTES_MAX), StandardCharsets.ISO_8859_1);
  }

  /** No precomputed answer is of class CH. */
  @Override
  public PrecomputedPath precomputedPath(ChaosConfig config) {
    return PrecomputedPath.TRANSPARENT;
  }

  @Override
  public List<String> describe(ChaosConfig config) {
    return List.of("says of itself: " + config.version());
  }

  @Override
  public Plugin create(ChaosConfig config, BlockContext block, PluginRuntime runtime) {
    return new Chaos(config, cut(HostName.get()), runtime.random());
  }
}

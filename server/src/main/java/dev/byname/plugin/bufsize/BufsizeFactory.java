package dev.byname.plugin.bufsize;

import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.query.Plugin;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code bufsize}. */
public final class BufsizeFactory implements PluginFactory<BufsizeConfig> {
  /** Crosses today's networks without fragments (RFC 9715 section 3). */
  private static final int DEFAULT_BYTES = 1232;

  @Override
  public String name() {
    return "bufsize";
  }

  @Override
  public BufsizeConfig parse(List<Directive> directives, BlockContext block, Problems problems) {
    var in = new DirectiveReader(directives.getFirst(), problems);
    int bytes = DEFAULT_BYTES;
    if (in.takes(0, 1) && in.argumentCount() == 1) {
      bytes = in.argument(0).integer(512, 4096).orElse(DEFAULT_BYTES);
    }
    in.done();
    return new BufsizeConfig(bytes);
  }

  /** Precomputed answers keep to it too. */
  @Override
  public PrecomputedPath precomputedPath(BufsizeConfig config) {
    return PrecomputedPath.TRANSPARENT;
  }

  @Override
  public List<String> describe(BufsizeConfig config) {
    return List.of("UDP answers have at most %d bytes".formatted(config.bytes()));
  }

  /** There is none: the limit belongs to the server block. */
  @Override
  public @Nullable Plugin create(BufsizeConfig config, BlockContext block, PluginRuntime runtime) {
    return null;
  }
}

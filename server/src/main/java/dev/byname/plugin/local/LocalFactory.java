package dev.byname.plugin.local;

import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.query.Plugin;
import dev.byname.wire.DomainName;
import dev.byname.wire.QueryView;
import java.util.Arrays;
import java.util.List;

/** Reads {@code local}. */
public final class LocalFactory implements PluginFactory<LocalConfig> {
  private static final byte[][] ZONES =
      Local.ZONES.stream().map(DomainName::toWire).toArray(byte[][]::new);
  private static final byte[] LOCALHOST = Local.LOCALHOST.toWire();

  @Override
  public String name() {
    return "local";
  }

  @Override
  public LocalConfig parse(List<Directive> directives, BlockContext block, Problems problems) {
    var in = new DirectiveReader(directives.getFirst(), problems);
    in.takes(0);
    boolean prefix = in.option("localhost_prefix").word("on", "off").orElse("on").equals("on");
    in.done();
    return new LocalConfig(prefix);
  }

  @Override
  public PrecomputedPath precomputedPath(LocalConfig config) {
    boolean prefix = config.localhostPrefix();
    return new PrecomputedPath.Except(
        query -> isInZone(query) || (prefix && beginsWithLocalhost(query)),
        "names of this machine");
  }

  private static boolean isInZone(QueryView query) {
    int length = query.nameLengthBytes;
    for (byte[] zone : ZONES) {
      // These bytes may also stand inside a longer label; then the query goes the long way in vain.
      if (length >= zone.length
          && Arrays.equals(query.name, length - zone.length, length, zone, 0, zone.length)) {
        return true;
      }
    }
    return false;
  }

  private static boolean beginsWithLocalhost(QueryView query) {
    int length = LOCALHOST.length - 1;
    return query.nameLengthBytes > length
        && Arrays.equals(query.name, 0, length, LOCALHOST, 0, length);
  }

  @Override
  public List<String> describe(LocalConfig config) {
    return List.of(
        "answers for localhost" + (config.localhostPrefix() ? " and localhost.<any domain>" : ""));
  }

  @Override
  public Plugin create(LocalConfig config, BlockContext block, PluginRuntime runtime) {
    return new Local(config, runtime.service(LocalObserver.class));
  }
}

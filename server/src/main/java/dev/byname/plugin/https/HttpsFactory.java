package dev.byname.plugin.https;

import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.query.Plugin;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Reads {@code https}. */
public final class HttpsFactory implements PluginFactory<HttpsConfig> {
  @Override
  public String name() {
    return "https";
  }

  @Override
  public HttpsConfig parse(List<Directive> directives, BlockContext block, Problems problems) {
    var in = DirectiveReader.once(directives, problems);
    in.takes(0);
    OptionalInt most = in.option("max_connections").integer(0, Integer.MAX_VALUE);
    in.done();
    return new HttpsConfig(most.isPresent() ? most.getAsInt() : null);
  }

  /** It bounds connections, and leaves answers as they are. */
  @Override
  public PrecomputedPath precomputedPath(HttpsConfig config) {
    return PrecomputedPath.TRANSPARENT;
  }

  @Override
  public List<String> describe(HttpsConfig config) {
    Integer most = config.connectionsMax();
    return most == null
        ? List.of()
        : List.of(most == 0 ? "any number of connections" : "at most " + most + " connections");
  }

  @Override
  public @Nullable Plugin create(HttpsConfig config, BlockContext block, PluginRuntime runtime) {
    return null;
  }
}

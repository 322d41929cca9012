package dev.byname.plugin.metadata;

import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.query.Plugin;
import dev.byname.wire.DomainName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code metadata}. */
public final class MetadataFactory implements PluginFactory<MetadataConfig> {
  @Override
  public String name() {
    return "metadata";
  }

  @Override
  public MetadataConfig parse(List<Directive> directives, BlockContext block, Problems problems) {
    var in = DirectiveReader.once(directives, problems);
    List<DomainName> zones = in.zonesFrom(0, block.zones()).stream().map(DomainName::of).toList();
    in.done();
    return new MetadataConfig(zones);
  }

  /** Who reads metadata closes the path himself. */
  @Override
  public PrecomputedPath precomputedPath(MetadataConfig config) {
    return PrecomputedPath.TRANSPARENT;
  }

  @Override
  public List<String> describe(MetadataConfig config) {
    return List.of(
        "collected for "
            + String.join(" ", config.zones().stream().map(DomainName::toString).toList()));
  }

  @Override
  public @Nullable Plugin create(MetadataConfig config, BlockContext block, PluginRuntime runtime) {
    return null;
  }
}

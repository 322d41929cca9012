package dev.byname.plugin.k8sexternal;

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
import java.util.stream.Collectors;

/** Reads {@code k8s_external}. */
public final class K8sExternalFactory implements PluginFactory<K8sExternalConfig> {
  @Override
  public String name() {
    return "k8s_external";
  }

  @Override
  public K8sExternalConfig parse(
      List<Directive> directives, BlockContext block, Problems problems) {
    for (Directive again : directives.subList(1, directives.size())) {
      problems.add(
          again.location(),
          "k8s_external can be given only once in a server block; it already is in "
              + directives.getFirst().location());
    }
    var in = new DirectiveReader(directives.getFirst(), problems);
    DirectiveReader apex = in.option("apex");
    String label = apex.isPresent() ? apex.text().orElse("") : K8sExternalConfig.APEX_DEFAULT;
    DomainName name = DomainName.parse(label);
    if (!label.isEmpty() && (name == null || name.labelCount() != 1)) {
      apex.complain("\"" + label + "\" is no single label, like dns");
    }
    DirectiveReader fall = in.option("fallthrough");
    var config =
        new K8sExternalConfig(
            names(in.zonesFrom(0, block.zones())),
            label,
            in.option("ttl").integer(0, 3600).orElse(K8sExternalConfig.TTL_SECONDS_DEFAULT),
            in.flag("headless"),
            fall.isPresent() ? names(fall.zonesFrom(0, List.of("."))) : List.of());
    in.done();
    return config;
  }

  private static List<DomainName> names(List<String> zones) {
    return zones.stream().map(DomainName::of).toList();
  }

  @Override
  public List<String> needs(K8sExternalConfig config) {
    return List.of("kubernetes");
  }

  @Override
  public PrecomputedPath precomputedPath(K8sExternalConfig config) {
    return new PrecomputedPath.Claims(config.zones());
  }

  @Override
  public List<String> describe(K8sExternalConfig config) {
    return List.of(
        "external addresses of services in %s, ttl %d s%s"
            .formatted(
                config.zones().stream().map(DomainName::toString).collect(Collectors.joining(" ")),
                config.ttlSeconds(),
                config.headless() ? ", endpoints of headless ones" : ""));
  }

  @Override
  public Plugin create(K8sExternalConfig config, BlockContext block, PluginRuntime runtime) {
    return new K8sExternal(config);
  }
}

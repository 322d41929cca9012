package dev.byname.plugin.autopath;

import dev.byname.corefile.ArgumentReader;
import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.plugin.autopath.AutopathConfig.Source;
import dev.byname.query.Plugin;
import dev.byname.wire.DomainName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads {@code autopath}. */
public final class AutopathFactory implements PluginFactory<AutopathConfig> {
  private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

  @Override
  public String name() {
    return "autopath";
  }

  @Override
  public @Nullable AutopathConfig parse(
      List<Directive> directives, BlockContext block, Problems problems) {
    for (Directive again : directives.subList(1, directives.size())) {
      problems.add(
          again.location(),
          "autopath can be given only once in a server block; it already is in "
              + directives.getFirst().location());
    }
    var in = new DirectiveReader(directives.getFirst(), problems);
    in.done();
    if (!in.takesAtLeast(1)) {
      return null;
    }
    int last = in.argumentCount() - 1;
    List<String> zones = new ArrayList<>();
    in.argumentsFrom(0).subList(0, last).forEach(argument -> zones.addAll(argument.zones()));
    Source source = source(in, in.argument(last), block.folder());
    return source == null
        ? null
        : new AutopathConfig(
            (last == 0 ? block.zones() : zones).stream().map(DomainName::of).toList(), source);
  }

  private static @Nullable Source source(DirectiveReader in, ArgumentReader argument, Path folder) {
    if (argument.text().startsWith("@")) {
      if (argument.text().equals("@kubernetes")) {
        return new Source.Kubernetes();
      }
      in.complain(argument.text() + " knows no search lists; @kubernetes does");
      return null;
    }
    Path file = argument.path(folder).orElse(null);
    if (file == null) {
      return null;
    }
    try {
      List<DomainName> search = SearchDomains.of(Files.readString(file));
      if (search.isEmpty()) {
        in.warn(file + " has no search list, so nothing will be searched");
      }
      return new Source.ResolvConf(file.toString(), search);
    } catch (IOException e) {
      in.complain(file + " cannot be read: a resolv.conf with a search list, or @kubernetes");
      return null;
    }
  }

  @Override
  public PrecomputedPath precomputedPath(AutopathConfig config) {
    return new PrecomputedPath.Closed("autopath searches for names that do not exist");
  }

  @Override
  public List<String> describe(AutopathConfig config) {
    String zones =
        config.zones().stream().map(DomainName::toString).collect(Collectors.joining(" "));
    return List.of(
        switch (config.source()) {
          case Source.Kubernetes _ -> "searches for pods, in " + zones;
          case Source.ResolvConf(String file, List<DomainName> search) ->
              "searches %s (%s), in %s"
                  .formatted(
                      search.stream().map(DomainName::toString).collect(Collectors.joining(" ")),
                      file,
                      zones);
        });
  }

  @Override
  public Plugin create(AutopathConfig config, BlockContext block, PluginRuntime runtime) {
    return new Autopath(config, machineSearch(), runtime.service(AutopathObserver.class));
  }

  /** What kubelet puts behind the cluster's domains in a pod's own list. */
  private static List<DomainName> machineSearch() {
    try {
      return SearchDomains.of(Files.readString(RESOLV_CONF));
    } catch (IOException none) {
      return List.of();
    }
  }
}

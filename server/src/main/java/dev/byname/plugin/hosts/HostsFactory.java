package dev.byname.plugin.hosts;

import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.GoDuration;
import dev.byname.corefile.IpLiteral;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.query.Detour;
import dev.byname.query.Plugin;
import dev.byname.wire.DomainName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Reads {@code hosts}. */
public final class HostsFactory implements PluginFactory<HostsConfig> {
  private static final int TTL_SECONDS = 3600;

  @Override
  public String name() {
    return "hosts";
  }

  @Override
  public HostsConfig parse(List<Directive> directives, BlockContext block, Problems problems) {
    for (Directive again : directives.subList(1, directives.size())) {
      problems.add(
          again.location(),
          "hosts can be given only once in a server block; it already is in "
              + directives.getFirst().location());
    }
    var in = new DirectiveReader(directives.getFirst(), problems);
    Path file = Path.of("/etc/hosts");
    if (in.argumentCount() > 0) {
      file = in.argument(0).path(block.folder()).orElse(file);
      if (!Files.isRegularFile(file)) {
        in.warn(file + " is not there now; it is read as soon as it is");
      }
    }
    var inline = new StringBuilder();
    int ttl = TTL_SECONDS;
    Duration reload = Duration.ofSeconds(5);
    boolean reverse = true;
    List<DomainName> fallThrough = List.of();
    boolean unsupported = false;
    for (DirectiveReader line : in.options()) {
      switch (line.name()) {
        case "ttl" -> ttl = line.integer(1, 65535).orElse(ttl);
        case "reload" -> reload = line.duration(Duration.ZERO, GoDuration.MAX).orElse(reload);
        case "no_reverse" -> reverse = !line.takes(0);
        case "fallthrough" -> fallThrough = names(line.zonesFrom(0, List.of(".")));
        case "fallthrough_unsupported" -> unsupported = line.takes(0);
        default -> {
          if (!IpLiteral.isOne(line.name())) {
            line.complain("is neither an option of hosts nor an IP address with names");
          } else if (line.takesAtLeast(1)) {
            inline.append(line.name()).append(' ').append(String.join(" ", line.texts()));
            inline.append('\n');
          }
        }
      }
    }
    if (unsupported && fallThrough.isEmpty()) {
      in.complain("fallthrough_unsupported needs fallthrough");
    }
    in.done();
    return new HostsConfig(
        file,
        names(in.zonesFrom(1, block.zones())),
        inline.toString(),
        ttl,
        reload,
        reverse,
        fallThrough,
        unsupported);
  }

  private static List<DomainName> names(List<String> zones) {
    return zones.stream().map(DomainName::of).toList();
  }

  /**
   * It stands before {@code kubernetes}, and its file may name a cluster name tomorrow. The plugin
   * is a detour for what its entries have, whatever its zones: PTRs are answered outside of them.
   */
  @Override
  public PrecomputedPath precomputedPath(HostsConfig config) {
    return config.zones().stream().allMatch(config::fallsThrough)
        ? new PrecomputedPath.Except(Detour.NONE, "names and addresses that its entries have")
        : new PrecomputedPath.Claims(config.zones());
  }

  @Override
  public List<String> describe(HostsConfig config) {
    return List.of(
        "answers from %s%s"
            .formatted(
                config.file(),
                config.inline().isEmpty()
                    ? ""
                    : " and %d lines of its own".formatted(config.inline().lines().count())));
  }

  @Override
  public Plugin create(HostsConfig config, BlockContext block, PluginRuntime runtime) {
    return new Hosts(config, runtime.service(HostsObserver.class), runtime.scheduler());
  }
}

package dev.byname.plugin.etcd;

import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.query.Plugin;
import dev.byname.wire.DomainName;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads {@code etcd}. */
public final class EtcdFactory implements PluginFactory<EtcdConfig> {
  private static final String ENDPOINT_DEFAULT = "http://localhost:2379";
  private static final Duration TTL_MAX = Duration.ofSeconds(Integer.MAX_VALUE);

  @Override
  public String name() {
    return "etcd";
  }

  @Override
  public EtcdConfig parse(List<Directive> directives, BlockContext block, Problems problems) {
    for (Directive again : directives.subList(1, directives.size())) {
      problems.add(
          again.location(),
          "etcd can be given only once in a server block; it already is in "
              + directives.getFirst().location());
    }
    var in = new DirectiveReader(directives.getFirst(), problems);
    in.ignored("stubzones", "CoreDNS ignores it too");
    in.ignored("debug", "CoreDNS ignores it too");
    in.ignored("upstream", "names outside the zones are asked from this server itself");
    DirectiveReader tlsOption = in.option("tls");
    List<String> endpoints = endpoints(in.option("endpoint"), tlsOption.isPresent());
    DirectiveReader credentials = in.option("credentials");
    boolean known = credentials.isPresent() && credentials.takes(2);
    var source =
        new SkyDnsSource(
            endpoints,
            path(in.option("path")),
            tls(tlsOption, block.folder()),
            known ? credentials.argument(0).text() : "",
            known ? credentials.argument(1).text() : "");
    var fallThrough = in.option("fallthrough");
    DirectiveReader minOption = in.option("min-lease-ttl");
    long min = seconds(minOption, EtcdConfig.LEASE_TTL_SECONDS_MIN);
    DirectiveReader maxOption = in.option("max-lease-ttl");
    long max = seconds(maxOption, EtcdConfig.LEASE_TTL_SECONDS_MAX);
    if (min > max) {
      if (minOption.isPresent()) {
        minOption.complain("%d s is above max-lease-ttl, %d s".formatted(min, max));
      } else {
        maxOption.complain("%d s is below min-lease-ttl, %d s by default".formatted(max, min));
      }
    }
    var config =
        new EtcdConfig(
            names(in.zonesFrom(0, block.zones())),
            source,
            min,
            max,
            names(fallThrough.zonesFrom(0, List.of("."))));
    in.done();
    return config;
  }

  private static List<String> endpoints(DirectiveReader option, boolean tls) {
    if (!option.isPresent()) {
      return List.of(tls ? ENDPOINT_DEFAULT.replace("http:", "https:") : ENDPOINT_DEFAULT);
    }
    var endpoints = new ArrayList<String>();
    for (String text : option.texts()) {
      // Go's etcd client takes host:port as well, and TLS when it was given a configuration.
      var url = text.contains("://") ? text : (tls ? "https://" : "http://") + text;
      if (isUrl(url)) {
        endpoints.add(tls ? url.replaceFirst("^http:", "https:") : url);
      } else {
        option.complain("\"" + text + "\" is no URL of an etcd member, like " + ENDPOINT_DEFAULT);
      }
    }
    return endpoints;
  }

  private static boolean isUrl(String text) {
    try {
      var url = new URI(text);
      return url.getHost() != null
          && List.of("http", "https").contains(url.getScheme())
          && List.of("", "/").contains(url.getRawPath());
    } catch (URISyntaxException none) {
      return false;
    }
  }

  private static String path(DirectiveReader option) {
    var text = option.isPresent() ? option.text().orElse("skydns") : "skydns";
    return "/" + text.replaceAll("^/+|/+$", "");
  }

  /** Nothing; CA; CERT KEY; CERT KEY CA. */
  private static SkyDnsSource.@Nullable Tls tls(DirectiveReader option, Path folder) {
    if (!option.isPresent() || !option.takes(0, 3)) {
      return null;
    }
    var files = new ArrayList<@Nullable Path>();
    for (int i = 0; i < option.argumentCount(); i++) {
      files.add(option.argument(i).path(folder).orElse(null));
    }
    return switch (files.size()) {
      case 0 -> new SkyDnsSource.Tls(null, null, null);
      case 1 -> new SkyDnsSource.Tls(null, null, files.get(0));
      case 2 -> new SkyDnsSource.Tls(files.get(0), files.get(1), null);
      default -> new SkyDnsSource.Tls(files.get(0), files.get(1), files.get(2));
    };
  }

  private static long seconds(DirectiveReader option, long otherwise) {
    return option.isPresent()
        ? option
            .durationOrSeconds(Duration.ZERO, TTL_MAX)
            .map(Duration::toSeconds)
            // CoreDNS takes zero for the default.
            .filter(seconds -> seconds > 0)
            .orElse(otherwise)
        : otherwise;
  }

  private static List<DomainName> names(List<String> zones) {
    return zones.stream().map(DomainName::of).toList();
  }

  /** It stands behind {@code kubernetes}, which answers for its zone alone. */
  @Override
  public PrecomputedPath precomputedPath(EtcdConfig config) {
    return PrecomputedPath.TRANSPARENT;
  }

  @Override
  public List<String> describe(EtcdConfig config) {
    return List.of(
        "zones "
            + config.zones().stream().map(DomainName::toString).collect(Collectors.joining(" ")),
        "messages from " + config.source());
  }

  @Override
  public Plugin create(EtcdConfig config, BlockContext block, PluginRuntime runtime) {
    return new Etcd(config, runtime.service(SkyDnsStore.Provider.class), runtime.epochMillis());
  }
}

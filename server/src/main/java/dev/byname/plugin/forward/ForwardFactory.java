package dev.byname.plugin.forward;

import dev.byname.corefile.ArgumentReader;
import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.GoDuration;
import dev.byname.corefile.HostPort;
import dev.byname.corefile.Problems;
import dev.byname.pem.Identity;
import dev.byname.pem.Pem;
import dev.byname.pem.PemException;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.query.Plugin;
import dev.byname.wire.DomainName;
import dev.byname.wire.Rcode;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Reads {@code forward}. */
public final class ForwardFactory implements PluginFactory<List<ForwardConfig>> {
  private static final int PLAIN_PORT = 53;
  private static final int TLS_PORT = 853;
  private static final Duration MAX = GoDuration.MAX;

  @Override
  public String name() {
    return "forward";
  }

  @Override
  public @Nullable List<ForwardConfig> parse(
      List<Directive> directives, BlockContext block, Problems problems) {
    var configs = new ArrayList<ForwardConfig>();
    for (Directive directive : directives) {
      ForwardConfig config = parseOne(new DirectiveReader(directive, problems), block);
      if (config != null) {
        configs.add(config);
      }
    }
    return configs.isEmpty() ? null : configs;
  }

  private static @Nullable ForwardConfig parseOne(DirectiveReader in, BlockContext block) {
    boolean complete = in.takesAtLeast(2);
    List<DomainName> from =
        complete ? in.argument(0).zones().stream().map(DomainName::of).toList() : List.of();

    DirectiveReader serverName = in.option("tls_servername");
    String tlsServerName = serverName.text().orElse("");
    List<ForwardConfig.Target> targets =
        complete ? targets(in.argumentsFrom(1), tlsServerName, block.folder()) : List.of();
    long upstreams = countUpstreams(targets);
    if (upstreams > ForwardConfig.UPSTREAMS_MAX) {
      in.complain(
          "names %d upstreams; %d at most".formatted(upstreams, ForwardConfig.UPSTREAMS_MAX));
    }

    DirectiveReader check = in.option("health_check");
    DirectiveReader tls = in.option("tls");
    DirectiveReader connectAttempts = in.option("max_connect_attempts");
    Duration expire =
        in.option("expire").duration(Duration.ZERO, MAX).orElse(Duration.ofSeconds(10));
    Duration maxAge = in.option("max_age").duration(Duration.ZERO, MAX).orElse(Duration.ZERO);
    if (maxAge.isPositive() && maxAge.compareTo(expire) < 0) {
      in.complain("max_age must not be less than expire");
    }
    int maxConcurrent = in.option("max_concurrent").integer(0, Integer.MAX_VALUE).orElse(0);

    in.unsupported("doh_method", "upstreams are asked over UDP, TCP or TLS");
    in.unsupported("resolver", "upstreams are named by address, so nothing is looked up");

    var config =
        new ForwardConfig(
            from,
            targets,
            in.options("except").stream()
                .flatMap(option -> option.zones().stream())
                .map(DomainName::of)
                .toList(),
            in.flag("force_tcp"),
            in.flag("prefer_udp"),
            expire,
            maxAge,
            in.option("max_idle_conns").integer(0, Integer.MAX_VALUE).orElse(0),
            in.option("read_timeout")
                .duration(Duration.ofMillis(1), Duration.ofMinutes(1))
                .orElse(Duration.ofSeconds(2)),
            in.option("max_fails").integer(0, Integer.MAX_VALUE).orElse(2),
            connectAttempts.isPresent()
                ? (Integer) connectAttempts.integer(0, Integer.MAX_VALUE).orElse(0)
                : null,
            tlsFiles(tls, block.folder()),
            in.option("policy")
                .word(ForwardConfig.Policy.class)
                .orElse(ForwardConfig.Policy.RANDOM),
            interval(check),
            !healthCheckWords(check).contains("no_rec"),
            healthCheckDomain(check),
            maxConcurrent == 0 ? ForwardConfig.MAX_CONCURRENT_DEFAULT : maxConcurrent,
            in.flag("failfast_all_unhealthy_upstreams"),
            failoverRcodes(in.option("failover")),
            rcodes(in.option("next")),
            in.flag("next_on_nodata"),
            in.option("source_address").ip().orElse(null));
    in.done();
    if (!complete || from.isEmpty() || targets.isEmpty()) {
      return null;
    }
    warnAboutTls(in, config, tlsServerName);
    try {
      if (config.usesTls()) {
        sslContext(config.tls());
      }
    } catch (PemException wrong) {
      tls.complain(String.valueOf(wrong.getMessage()));
    } catch (SSLException unusable) {
      tls.complain("cannot be used: " + Failures.text(unusable));
    }
    return config;
  }

  private static void warnAboutTls(DirectiveReader in, ForwardConfig config, String tlsServerName) {
    if (!config.usesTls() && !tlsServerName.isEmpty()) {
      in.warn("tls_servername does nothing without a tls:// upstream");
    }
  }

  private static long countUpstreams(List<ForwardConfig.Target> targets) {
    var addresses = new HashSet<UpstreamAddress>();
    for (ForwardConfig.Target target : targets) {
      switch (target) {
        case ForwardConfig.Server server -> addresses.add(server.address());
        case ForwardConfig.ResolvConf file -> {
          try {
            ResolvConfFile.nameservers(Files.readString(file.path())).stream()
                .map(UpstreamAddress::plain)
                .forEach(addresses::add);
          } catch (IOException goneMeanwhile) {
            // It was there a moment ago, and is looked at again when it comes back.
          }
        }
      }
    }
    return addresses.size();
  }

  // ---- upstreams ----

  private static List<ForwardConfig.Target> targets(
      List<ArgumentReader> arguments, String tlsServerName, Path folder) {
    var targets = new LinkedHashSet<ForwardConfig.Target>();
    for (ArgumentReader argument : arguments) {
      target(argument, tlsServerName, folder).ifPresent(targets::add);
    }
    return List.copyOf(targets);
  }

  private static Optional<ForwardConfig.Target> target(
      ArgumentReader argument, String tlsServerName, Path folder) {
    String text = argument.text();
    int schemeEnd = text.indexOf("://");
    String scheme = schemeEnd < 0 ? "dns" : text.substring(0, schemeEnd);
    String rest = schemeEnd < 0 ? text : text.substring(schemeEnd + 3);
    return switch (scheme) {
      case "dns" -> plainTarget(argument, rest, folder);
      case "tls" -> tlsTarget(argument, rest, tlsServerName);
      case "https", "https3", "quic", "grpc" -> {
        argument.complain(
            "%s:// upstreams are not supported; write tls:// or a plain address".formatted(scheme));
        yield Optional.empty();
      }
      default -> {
        argument.complain(
            "\"%s\" has an unknown scheme; dns:// and tls:// are known".formatted(text));
        yield Optional.empty();
      }
    };
  }

  private static Optional<ForwardConfig.Target> plainTarget(
      ArgumentReader argument, String text, Path folder) {
    Optional<InetSocketAddress> address = address(text, PLAIN_PORT);
    if (address.isPresent()) {
      return Optional.of(new ForwardConfig.Server(UpstreamAddress.plain(address.get())));
    }
    Path file = file(text, folder);
    if (file == null) {
      argument.complain(
          "\"%s\" is neither an IP address, with or without port, nor a file that can be read"
              .formatted(text));
      return Optional.empty();
    }
    try {
      if (ResolvConfFile.nameservers(Files.readString(file)).isEmpty()) {
        argument.complain("\"%s\" names no nameserver".formatted(text));
        return Optional.empty();
      }
    } catch (IOException unreadable) {
      argument.complain("\"%s\" cannot be read: %s".formatted(text, unreadable.getMessage()));
      return Optional.empty();
    }
    return Optional.of(new ForwardConfig.ResolvConf(file));
  }

  private static @Nullable Path file(String text, Path folder) {
    try {
      Path file = folder.resolve(text);
      return Files.isRegularFile(file) && Files.isReadable(file) ? file : null;
    } catch (InvalidPathException noPath) {
      return null;
    }
  }

  /** {@code 9.9.9.9}, {@code 9.9.9.9:853}, {@code 9.9.9.9%dns.quad9.net:853}. */
  private static Optional<ForwardConfig.Target> tlsTarget(
      ArgumentReader argument, String text, String tlsServerName) {
    String host = text;
    String serverName = "";
    int percent = text.lastIndexOf('%');
    if (percent >= 0) {
      String behind = text.substring(percent + 1);
      int colon = behind.lastIndexOf(':');
      String port = colon < 0 ? "" : behind.substring(colon);
      serverName = colon < 0 ? behind : behind.substring(0, colon);
      boolean bracket = text.startsWith("[");
      serverName = bracket ? serverName.replace("]", "") : serverName;
      host = text.substring(0, percent) + (bracket ? "]" : "") + port;
    }
    Optional<InetSocketAddress> address = address(host, TLS_PORT);
    if (address.isEmpty()) {
      argument.complain("\"%s\" is not an IP address with or without a port".formatted(text));
      return Optional.empty();
    }
    if (!serverName.isEmpty() && !tlsServerName.isEmpty()) {
      argument.complain(
          "names the server %s, and tls_servername says %s; keep one of them"
              .formatted(serverName, tlsServerName));
    }
    return Optional.of(
        new ForwardConfig.Server(
            new UpstreamAddress(
                address.get(), true, serverName.isEmpty() ? tlsServerName : serverName)));
  }

  private static Optional<InetSocketAddress> address(String text, int defaultPort) {
    return HostPort.parse(text, defaultPort)
        .flatMap(hostPort -> {
          Optional<InetAddress> address = ResolvConfFile.address(hostPort.host());
          return address.map(some -> new InetSocketAddress(some, hostPort.port()));
        });
  }

  // ---- options ----

  private static Duration interval(DirectiveReader check) {
    var otherwise = Duration.ofMillis(500);
    return check.takesAtLeast(1)
        ? check.argument(0).duration(Duration.ZERO, MAX).orElse(otherwise)
        : otherwise;
  }

  private static Set<String> healthCheckWords(DirectiveReader check) {
    var words = new HashSet<String>();
    for (int i = 1; i < check.argumentCount(); i++) {
      String word = check.argument(i).text();
      if (word.equals("domain") && i + 1 < check.argumentCount()) {
        i++;
      } else if (word.equals("no_rec")) {
        words.add(word);
      } else {
        check
            .argument(i)
            .complain("\"%s\" is neither no_rec nor domain with a name".formatted(word));
      }
    }
    return words;
  }

  private static DomainName healthCheckDomain(DirectiveReader check) {
    for (int i = 1; i + 1 < check.argumentCount(); i++) {
      if (check.argument(i).text().equals("domain")) {
        return check.argument(i + 1).domainName().map(DomainName::of).orElse(DomainName.ROOT);
      }
    }
    return DomainName.ROOT;
  }

  private static Set<Integer> failoverRcodes(DirectiveReader option) {
    Set<Integer> rcodes = rcodes(option);
    if (rcodes.contains(Rcode.NOERROR)) {
      option.complain("NOERROR is an answer; it cannot be a reason to ask the next upstream");
    }
    return rcodes;
  }

  private static Set<Integer> rcodes(DirectiveReader option) {
    if (!option.isPresent()) {
      return Set.of();
    }
    return option
        .all(argument -> {
          int rcode = Rcode.parse(argument.text());
          if (rcode < 0) {
            argument.complain("\"%s\" is not a response code".formatted(argument.text()));
          }
          return rcode < 0 ? Optional.<Integer>empty() : Optional.of(rcode);
        })
        .stream()
        .collect(Collectors.toUnmodifiableSet());
  }

  private static ForwardConfig.Tls tlsFiles(DirectiveReader tls, Path folder) {
    if (!tls.isPresent() || !tls.takes(0, 3)) {
      return new ForwardConfig.Tls(null, null, null);
    }
    List<Path> files =
        tls.argumentsFrom(0).stream().flatMap(argument -> argument.path(folder).stream()).toList();
    return switch (files.size()) {
      case 1 -> new ForwardConfig.Tls(null, null, files.getFirst());
      case 2 -> new ForwardConfig.Tls(files.get(0), files.get(1), null);
      case 3 -> new ForwardConfig.Tls(files.get(0), files.get(1), files.get(2));
      default -> new ForwardConfig.Tls(null, null, null);
    };
  }

  private static SslContext sslContext(ForwardConfig.Tls files) throws SSLException, PemException {
    var builder =
        SslContextBuilder.forClient().sslProvider(SslProvider.JDK).protocols("TLSv1.3", "TLSv1.2");
    if (files.authorities() != null) {
      builder.trustManager(Pem.read(files.authorities()).certificates());
    }
    if (files.certificate() != null && files.key() != null) {
      var identity = Identity.of(Pem.read(files.certificate()), Pem.read(files.key()));
      builder.keyManager(identity.key(), identity.chain());
    }
    return builder.build();
  }

  // ---- the rest of a factory ----

  /** It stands behind {@code kubernetes}, which answers for its zone alone. */
  @Override
  public PrecomputedPath precomputedPath(List<ForwardConfig> configs) {
    return PrecomputedPath.TRANSPARENT;
  }

  @Override
  public List<String> describe(List<ForwardConfig> configs) {
    return configs.stream().map(ForwardFactory::describe).toList();
  }

  private static String describe(ForwardConfig config) {
    var text = new StringBuilder("asks ");
    text.append(
        config.targets().stream()
            .map(target ->
                switch (target) {
                  case ForwardConfig.Server server -> server.address().toString();
                  case ForwardConfig.ResolvConf file -> "the nameservers of " + file.path();
                })
            .collect(Collectors.joining(", ")));
    text.append(" for ");
    text.append(config.from().stream().map(DomainName::toString).collect(Collectors.joining(", ")));
    if (!config.except().isEmpty()) {
      text.append(" except ");
      text.append(
          config.except().stream().map(DomainName::toString).collect(Collectors.joining(", ")));
    }
    return text.toString();
  }

  @Override
  public Plugin create(List<ForwardConfig> configs, BlockContext block, PluginRuntime runtime) {
    var observer = runtime.service(ForwardObserver.class);
    var forwarders = new ArrayList<Forwarder>();
    for (ForwardConfig config : configs) {
      var transport =
          new NettyTransport(
              runtime.service(EventLoopGroup.class),
              new NettyTransport.Settings(
                  config.expire().toNanos(),
                  config.maxAge().toNanos(),
                  config.maxIdleConnections(),
                  config.sourceAddress(),
                  config.usesTls() ? loadedSslContext(config.tls()) : null),
              observer,
              runtime.random(),
              runtime.nanoTime());
      forwarders.add(
          new Forwarder(
              config,
              transport,
              observer,
              runtime.scheduler(),
              runtime.random(),
              runtime.nanoTime()));
    }
    return new Forward(forwarders);
  }

  private static SslContext loadedSslContext(ForwardConfig.Tls files) {
    try {
      return sslContext(files);
    } catch (SSLException | PemException changedSinceItWasRead) {
      throw new IllegalStateException(changedSinceItWasRead);
    }
  }
}

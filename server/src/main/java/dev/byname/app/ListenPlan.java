package dev.byname.app;

import dev.byname.corefile.Location;
import dev.byname.corefile.Problems;
import dev.byname.corefile.Scheme;
import dev.byname.corefile.ServerKey;
import dev.byname.plugin.https.HttpsConfig;
import dev.byname.plugin.multisocket.MultisocketConfig;
import dev.byname.plugin.timeouts.TimeoutsConfig;
import dev.byname.plugin.tls.ServerTlsConfig;
import dev.byname.transport.Bounds;
import dev.byname.transport.ListenerConfig;
import dev.byname.transport.StreamTimeouts;
import dev.byname.transport.TlsConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where to listen and how: what the server blocks say about the addresses they share. A block that
 * says nothing goes along with the others. Where they disagree, the block that counts is CoreDNS's
 * choice, and the others hear of it; but which certificate to show is nothing to choose by order.
 */
final class ListenPlan {
  private final Problems problems;

  private ListenPlan(Problems problems) {
    this.problems = problems;
  }

  static Map<ListenAddress, ListenerConfig> of(List<LoadedBlock> blocks, Problems problems) {
    var plan = new ListenPlan(problems);
    Map<ListenAddress, List<LoadedBlock>> sharing = new LinkedHashMap<>();
    for (LoadedBlock block : blocks) {
      plan.checkKeys(block);
      for (ListenAddress address : block.zonesByAddress().keySet()) {
        sharing.computeIfAbsent(address, a -> new ArrayList<>()).add(block);
      }
    }
    Map<ListenAddress, ListenerConfig> listeners = new LinkedHashMap<>();
    sharing.forEach((address, sharers) -> listeners.put(address, plan.listener(address, sharers)));
    return listeners;
  }

  private void checkKeys(LoadedBlock block) {
    boolean encrypted = false;
    for (ServerKey key : block.block().keys()) {
      switch (key.scheme()) {
        case DNS -> {}
        case TLS, HTTPS -> encrypted = true;
        case HTTPS3, QUIC, GRPC ->
            problems.add(
                key.location(),
                "%s:// is known to CoreDNS but Byname does not listen on it; use dns://, tls:// or https://"
                    .formatted(key.scheme().text()));
      }
    }
    if (!encrypted) {
      block
          .directive("tls")
          .ifPresent(at ->
              problems.warn(
                  at, "tls: does nothing, since no key of the server block is tls:// or https://"));
    }
    if (block.block().keys().stream().noneMatch(key -> key.scheme() == Scheme.HTTPS)) {
      block
          .directive("https")
          .ifPresent(at ->
              problems.warn(
                  at, "https: does nothing, since no key of the server block is https://"));
    }
  }

  private ListenerConfig listener(ListenAddress address, List<LoadedBlock> blocks) {
    var listener =
        ListenerConfig.of(address.scheme(), address.host(), address.port())
            .withTimeouts(timeouts(address, blocks))
            .withSockets(sockets(address, blocks));
    return switch (address.scheme()) {
      case TLS -> listener.withTls(tls(address, blocks));
      case HTTPS ->
          listener.withTls(tls(address, blocks)).withBounds(bounds(address, listener, blocks));
      case DNS, HTTPS3, QUIC, GRPC -> listener;
    };
  }

  /** A value, and the directive that gives it. */
  private record Said<V>(Location where, V value) {}

  private static <C, V> List<Said<V>> said(
      List<LoadedBlock> blocks, String directive, Class<C> type, Function<C, Optional<V>> value) {
    List<Said<V>> all = new ArrayList<>();
    for (LoadedBlock block : blocks) {
      Optional<V> given = block.config(type).flatMap(value);
      block
          .directive(directive)
          .ifPresent(at -> given.ifPresent(some -> all.add(new Said<>(at, some))));
    }
    return all;
  }

  /** The one that counts; those that say something else are told. */
  private <V> Optional<V> settled(
      ListenAddress address, String what, List<Said<V>> all, boolean lastCounts) {
    if (all.isEmpty()) {
      return Optional.empty();
    }
    Said<V> counts = lastCounts ? all.getLast() : all.getFirst();
    for (Said<V> other : all) {
      if (!other.value.equals(counts.value)) {
        problems.warn(
            other.where,
            "%s is set for all of %s by %s, and that counts"
                .formatted(what, address.label(), counts.where));
      }
    }
    return Optional.of(counts.value);
  }

  private StreamTimeouts timeouts(ListenAddress address, List<LoadedBlock> blocks) {
    StreamTimeouts defaults = StreamTimeouts.DEFAULTS;
    return new StreamTimeouts(
        timeout(address, blocks, "timeouts: read", TimeoutsConfig::read).orElse(defaults.read()),
        timeout(address, blocks, "timeouts: write", TimeoutsConfig::write).orElse(defaults.write()),
        timeout(address, blocks, "timeouts: idle", TimeoutsConfig::idle).orElse(defaults.idle()),
        timeout(address, blocks, "timeouts: maxtcpqueries", TimeoutsConfig::queriesMax)
            .orElse(defaults.queriesMax()));
  }

  private <V> Optional<V> timeout(
      ListenAddress address,
      List<LoadedBlock> blocks,
      String what,
      Function<TimeoutsConfig, @Nullable V> value) {
    return settled(
        address,
        what,
        said(
            blocks,
            "timeouts",
            TimeoutsConfig.class,
            config -> Optional.ofNullable(value.apply(config))),
        true);
  }

  private int sockets(ListenAddress address, List<LoadedBlock> blocks) {
    List<Said<Integer>> all =
        said(
            blocks,
            "multisocket",
            MultisocketConfig.class,
            config ->
                Optional.of(
                    config.sockets() == MultisocketConfig.PER_PROCESSOR
                        ? Runtime.getRuntime().availableProcessors()
                        : config.sockets()));
    return settled(address, "multisocket: the number of sockets", all, false)
        .orElse(ListenerConfig.AUTOMATIC);
  }

  private Bounds bounds(ListenAddress address, ListenerConfig listener, List<LoadedBlock> blocks) {
    List<Said<Integer>> all =
        said(
            blocks,
            "https",
            HttpsConfig.class,
            config -> Optional.ofNullable(config.connectionsMax()));
    return settled(address, "https: max_connections", all, false)
        .map(most -> listener.bounds().withConnectionsMax(most == 0 ? Integer.MAX_VALUE : most))
        .orElse(listener.bounds());
  }

  private @Nullable TlsConfig tls(ListenAddress address, List<LoadedBlock> blocks) {
    List<Said<ServerTlsConfig>> all = said(blocks, "tls", ServerTlsConfig.class, Optional::of);
    if (all.isEmpty()) {
      problems.warn(
          blocks.getFirst().block().location(),
          "%s has no tls, so its clients are served in plain text".formatted(address.label()));
      return null;
    }
    Said<ServerTlsConfig> first = all.getFirst();
    for (Said<ServerTlsConfig> other : all) {
      if (!other.value.equals(first.value)) {
        problems.add(
            other.where,
            "tls: %s already shows the certificate of %s; an address has only one"
                .formatted(address.label(), first.where));
      }
    }
    TlsConfig tls = transportTls(first.value);
    String problem = tls.problem();
    if (!problem.isEmpty()) {
      problems.add(first.where, "tls: " + problem);
    }
    return tls;
  }

  private static TlsConfig transportTls(ServerTlsConfig config) {
    return new TlsConfig(
        config.certificate(),
        config.key(),
        config.authority(),
        switch (config.clientAuth()) {
          case NOCERT -> TlsConfig.ClientAuth.NO_CERTIFICATE;
          case REQUEST -> TlsConfig.ClientAuth.REQUEST;
          case REQUIRE -> TlsConfig.ClientAuth.REQUIRE;
          case VERIFY_IF_GIVEN -> TlsConfig.ClientAuth.VERIFY_IF_GIVEN;
          case REQUIRE_AND_VERIFY -> TlsConfig.ClientAuth.REQUIRE_AND_VERIFY;
        });
  }
}

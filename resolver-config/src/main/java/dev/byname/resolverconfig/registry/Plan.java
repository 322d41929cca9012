package dev.byname.resolverconfig.registry;

import dev.byname.cluster.IpAddress;
import dev.byname.resolverconfig.allocation.Allocation;
import dev.byname.resolverconfig.allocation.Holder;
import dev.byname.resolverconfig.allocation.IpFamily;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a valid Service takes and what its stored form no longer needs. Values that the stored form
 * holds and the new one asks for stay; everything else is taken or given back in the book, all of
 * which becomes true with one transaction or not at all.
 */
final class Plan {
  private final ServiceObject service;
  private final ServiceKey key;

  /** What the stored form holds; nothing for a new Service. */
  private final Claims before;

  private final RangeBook book;
  private final RandomGenerator random;
  private final Function<IpAddress, ObjectNode> addressObject;

  /** Finds out who holds a value, for the message. */
  private final HolderFinder finder;

  private final List<String> given = new ArrayList<>();
  private final List<String> freed = new ArrayList<>();

  /** Names holders that the book does not know. */
  interface HolderFinder {
    Optional<Holder> holder(IpAddress address);

    Optional<Holder> holder(int nodePort);
  }

  Plan(
      ServiceObject service,
      Claims before,
      RangeBook book,
      RandomGenerator random,
      Function<IpAddress, ObjectNode> addressObject,
      HolderFinder finder) {
    this.service = service;
    this.key = service.key();
    this.before = before;
    this.book = book;
    this.random = random;
    this.addressObject = addressObject;
    this.finder = finder;
  }

  /** Gives the Service what it needs; its fields then name all of it. */
  void take() throws RefusedException {
    if (service.type().needsClusterIp() && !service.isHeadless()) {
      takeAddresses();
    }
    if (service.type().needsNodePorts()) {
      takeNodePorts();
    }
    if (service.needsHealthCheckNodePort()) {
      takeHealthCheckNodePort();
    }
  }

  /** What the stored form holds and the new one does not. */
  Claims surplus() {
    var after = Claims.of(service);
    return new Claims(
        key,
        without(before.addresses(), after.addresses().keySet()),
        without(before.ports(), after.ports().keySet()),
        List.of());
  }

  /** Gives back what is no longer needed. */
  void giveBack(Claims surplus) {
    surplus
        .addresses()
        .keySet()
        .forEach(address -> {
          book.giveBackAddress(address, key);
          freed.add("ClusterIP " + address);
        });
    surplus
        .ports()
        .forEach((port, holder) -> {
          book.giveBackNodePort(port, key);
          freed.add(label(port, holder));
        });
  }

  /** Sentence parts like {@code ClusterIP 10.0.0.248}. */
  List<String> given() {
    return List.copyOf(given);
  }

  List<String> freed() {
    return List.copyOf(freed);
  }

  private void takeAddresses() throws RefusedException {
    var wanted = service.clusterIps();
    var families = service.ipFamilies();
    var addresses = new ArrayList<String>();
    for (var i = 0; i < families.size(); i++) {
      var family = families.get(i).equals("IPv6") ? IpFamily.IPV6 : IpFamily.IPV4;
      var text = i < wanted.size() ? wanted.get(i) : "";
      var address = text.isEmpty() ? null : IpAddress.parse(text);
      if (address != null && before.addresses().containsKey(address)) {
        addresses.add(text);
        continue;
      }
      addresses.add(takeAddress(family, address, "spec.clusterIPs[" + i + "]").toString());
    }
    service.setClusterIps(addresses);
  }

  private IpAddress takeAddress(IpFamily family, @Nullable IpAddress wanted, String path)
      throws RefusedException {
    var outcome = book.takeAddress(family, wanted, key, random, addressObject);
    return switch (outcome) {
      case Allocation.Given<IpAddress>(var address) -> {
        given.add("ClusterIP " + address);
        yield address;
      }
      case Allocation.Held<IpAddress> held -> {
        var known = held.holder().or(() -> finder.holder(held.value()));
        throw refused(path, held.heldBy(known));
      }
      case Allocation.Refused<IpAddress> refused -> throw refused(path, refused);
    };
  }

  /** Ports of the same number (TCP and UDP 53, say) share a node port. */
  private void takeNodePorts() throws RefusedException {
    var byPort = new HashMap<Integer, Integer>();
    var mine = new HashMap<Integer, Integer>();
    for (var port : service.ports()) {
      if (port.nodePort() != 0) {
        byPort.putIfAbsent(port.port(), port.nodePort());
      }
    }
    var ports = service.ports();
    for (var i = 0; i < ports.size(); i++) {
      var port = ports.get(i);
      if (port.nodePort() == 0 && !service.wantsNodePorts()) {
        continue;
      }
      var wanted = port.nodePort() != 0 ? port.nodePort() : byPort.getOrDefault(port.port(), 0);
      if (wanted == 0 || !(before.ports().containsKey(wanted) || mine.containsKey(wanted))) {
        var path = "spec.ports[" + i + "].nodePort";
        var holder = new Holder(key.namespace(), key.name(), "NodePort " + port);
        wanted = takeNodePort(wanted == 0 ? null : wanted, holder, path);
        given.add("node port " + wanted + " for " + port);
      }
      mine.put(wanted, port.port());
      byPort.putIfAbsent(port.port(), wanted);
      port.setNodePort(wanted);
    }
  }

  private void takeHealthCheckNodePort() throws RefusedException {
    var wanted = service.healthCheckNodePort();
    if (wanted != 0 && before.ports().containsKey(wanted)) {
      return;
    }
    var holder = new Holder(key.namespace(), key.name(), "healthCheckNodePort");
    var port = takeNodePort(wanted == 0 ? null : wanted, holder, "spec.healthCheckNodePort");
    service.spec().put("healthCheckNodePort", port);
    given.add("health check node port " + port);
  }

  private int takeNodePort(@Nullable Integer wanted, Holder holder, String path)
      throws RefusedException {
    var outcome = book.takeNodePort(wanted, holder, random);
    return switch (outcome) {
      case Allocation.Given<Integer>(var port) -> port;
      case Allocation.Held<Integer> held -> {
        var known = held.holder().or(() -> finder.holder(held.value()));
        throw refused(path, held.heldBy(known));
      }
      case Allocation.Refused<Integer> refused -> throw refused(path, refused);
    };
  }

  private static RefusedException refused(String path, Allocation.Refused<?> refused) {
    return new RefusedException(path + ": " + refused.message());
  }

  private static <V> Map<V, Holder> without(Map<V, Holder> all, Set<V> some) {
    var rest = new TreeMap<>(all);
    rest.keySet().removeAll(some);
    return rest;
  }

  private static String label(int port, Holder holder) {
    return holder.as().equals("healthCheckNodePort")
        ? "health check node port " + port
        : "node port " + port;
  }
}

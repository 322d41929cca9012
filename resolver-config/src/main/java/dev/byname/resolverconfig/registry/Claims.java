package dev.byname.resolverconfig.registry;

import dev.byname.cluster.IpAddress;
import dev.byname.resolverconfig.allocation.Holder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one Service holds.
 *
 * @param addresses by address; for an IPv4 one also where it is only {@code spec.clusterIP}
 * @param ports by number; one entry however many of its ports share it
 * @param invalid texts in the place of an address or port that are none, by path
 */
record Claims(
    ServiceKey service,
    Map<IpAddress, Holder> addresses,
    Map<Integer, Holder> ports,
    List<FieldError> invalid) {

  static Claims none(ServiceKey service) {
    return new Claims(service, Map.of(), Map.of(), List.of());
  }

  static Claims of(ServiceObject service) {
    var invalid = new ArrayList<FieldError>();
    var key = service.key();
    if (!service.type().needsClusterIp()) {
      return none(key);
    }
    return new Claims(
        key, addresses(service, key, invalid), ports(service, key, invalid), List.copyOf(invalid));
  }

  private static Map<IpAddress, Holder> addresses(
      ServiceObject service, ServiceKey key, List<FieldError> invalid) {
    var addresses = new TreeMap<IpAddress, Holder>();
    // Clusters before 1.20 have only the singular.
    var isList = !service.clusterIps().isEmpty();
    var texts = isList ? service.clusterIps() : List.of(service.clusterIp());
    for (var i = 0; i < texts.size(); i++) {
      var text = texts.get(i);
      if (text.isEmpty() || text.equals(ServiceObject.NONE)) {
        continue;
      }
      var address = IpAddress.parse(text);
      if (address == null) {
        invalid.add(
            FieldError.invalid(
                isList ? "spec.clusterIPs[" + i + "]" : "spec.clusterIP",
                text,
                "must be a valid IP address"));
      } else {
        addresses.put(address, new Holder(key.namespace(), key.name(), "ClusterIP"));
      }
    }
    return addresses;
  }

  private static Map<Integer, Holder> ports(
      ServiceObject service, ServiceKey key, List<FieldError> invalid) {
    var uses = new LinkedHashMap<Integer, List<String>>();
    var ports = service.ports();
    for (var i = 0; i < ports.size(); i++) {
      var port = ports.get(i);
      claim(uses, port.nodePort(), port.toString(), "spec.ports[" + i + "].nodePort", invalid);
    }
    var holders = new TreeMap<Integer, Holder>();
    uses.forEach((port, of) ->
        holders.put(
            port, new Holder(key.namespace(), key.name(), "NodePort " + String.join(", ", of))));
    var health = service.healthCheckNodePort();
    if (health != 0) {
      var check = new LinkedHashMap<Integer, List<String>>();
      claim(check, health, "", "spec.healthCheckNodePort", invalid);
      check
          .keySet()
          .forEach(port ->
              holders.putIfAbsent(
                  port, new Holder(key.namespace(), key.name(), "healthCheckNodePort")));
    }
    return holders;
  }

  private static void claim(
      Map<Integer, List<String>> uses,
      int port,
      String use,
      String path,
      List<FieldError> invalid) {
    if (port == 0) {
      return;
    }
    if (port < 0 || port > 65535) {
      invalid.add(new FieldError(path, "Invalid value: " + port + ": must be between 1 and 65535"));
    } else {
      uses.computeIfAbsent(port, first -> new ArrayList<>()).add(use);
    }
  }
}

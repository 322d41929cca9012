package dev.byname.resolverconfig.registry;

import dev.byname.cluster.IpAddress;
import dev.byname.resolverconfig.allocation.AddressRange;
import dev.byname.resolverconfig.allocation.Holder;
import dev.byname.resolverconfig.allocation.IpFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The newer form of allocations (KEP-1880): an IPAddress object per address, named after it, with
 * the Service it belongs to; and ServiceCIDR objects that say which ranges there are. Both are of
 * {@code networking.k8s.io} and have no namespace.
 */
final class AddressObjects {
  static final String IP_ADDRESSES = "ipaddresses/";
  static final String SERVICE_CIDRS = "servicecidrs/";

  /** The ServiceCIDR that an API server makes of its own flags. */
  static final String DEFAULT_CIDR = SERVICE_CIDRS + "kubernetes";

  private AddressObjects() {}

  static String storeKey(IpAddress address) {
    return IP_ADDRESSES + address;
  }

  /** The object that says that a Service holds an address. */
  static ObjectNode ipAddress(IpAddress address, ServiceKey owner, String uid, String created) {
    var object = JsonNodeFactory.instance.objectNode();
    object.put("apiVersion", "networking.k8s.io/v1").put("kind", "IPAddress");
    object
        .putObject("metadata")
        .put("name", address.toString())
        .put("uid", uid)
        .put("creationTimestamp", created)
        .putObject("labels")
        .put("ipaddress.kubernetes.io/ip-family", IpFamily.of(address).toString())
        // The API server's own mark: its controllers look after addresses with it.
        .put("ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io");
    object
        .putObject("spec")
        .putObject("parentRef")
        .put("group", "")
        .put("resource", "services")
        .put("namespace", owner.namespace())
        .put("name", owner.name());
    return object;
  }

  /** The Service an IPAddress belongs to; empty when it belongs to something else. */
  static Optional<ServiceKey> owner(ObjectNode ipAddress) {
    var parent = ipAddress.path("spec").path("parentRef");
    return parent.path("resource").stringValue("").equals("services")
        ? Optional.of(
            new ServiceKey(
                parent.path("namespace").stringValue(""), parent.path("name").stringValue("")))
        : Optional.empty();
  }

  /** Whether it is none of ours: something else than a Service may have an IPAddress too. */
  static boolean isNoService(Holder owner) {
    return !owner.as().equals("ClusterIP");
  }

  static Holder holder(ObjectNode ipAddress) {
    var parent = ipAddress.path("spec").path("parentRef");
    return owner(ipAddress)
        .map(owner -> new Holder(owner.namespace(), owner.name(), "ClusterIP"))
        .orElseGet(() ->
            new Holder(
                parent.path("namespace").stringValue(""),
                parent.path("name").stringValue(""),
                parent.path("resource").stringValue("")));
  }

  /** The ranges a ServiceCIDR names; those that Byname cannot give addresses of are passed over. */
  static List<AddressRange> ranges(ObjectNode serviceCidr) {
    var ranges = new ArrayList<AddressRange>();
    for (var text : serviceCidr.path("spec").path("cidrs")) {
      try {
        ranges.add(AddressRange.of(text.stringValue("")));
      } catch (IllegalArgumentException notOurs) {
        // The API server takes wider IPv6 ranges than we give addresses of.
      }
    }
    return ranges;
  }
}

package dev.byname.resolverconfig.registry;

import dev.byname.cluster.IpAddress;
import dev.byname.resolverconfig.allocation.IpFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.StringNode;

/**
 * Decides {@code ipFamilyPolicy} and {@code ipFamilies} where a Service leaves them open (KEP-563):
 * one family or two, and which first. Says what is wrong where policy, families and addresses
 * contradict each other or the cluster.
 */
final class IpFamilies {
  static final String SINGLE_STACK = "SingleStack";
  static final String PREFER_DUAL_STACK = "PreferDualStack";
  static final String REQUIRE_DUAL_STACK = "RequireDualStack";

  private static final String POLICY_PATH = "spec.ipFamilyPolicy";

  private IpFamilies() {}

  /**
   * Fills in both fields.
   *
   * @param clusterFamilies the families that the cluster gives addresses of, its first one first
   * @return what is wrong; then the Service is of no use
   */
  static List<FieldError> decide(
      ServiceObject service, Optional<ServiceObject> stored, List<IpFamily> clusterFamilies) {
    if (!service.type().needsClusterIp() || isUnchangedPreference(service, stored)) {
      return List.of();
    }
    if (service.text("ipFamilyPolicy").isEmpty()) {
      service.spec().put("ipFamilyPolicy", policyLeftOpen(service, stored));
    }
    var errors = new ArrayList<>(Validation.clusterIps(service));
    if (!errors.isEmpty()) {
      return errors;
    }
    stored.ifPresent(before -> reduce(service, before, errors));
    checkSingle(service, errors);
    inferFromAddresses(service, clusterFamilies, errors);
    if (!errors.isEmpty()) {
      return errors;
    }
    if (service.isHeadless() && !service.hasSelector()) {
      // Its endpoints are somebody else's, who may have addresses of families the cluster has not.
      fillUp(service, clusterFamilies.getFirst(), isDual(service));
      return List.of();
    }
    checkAgainstCluster(service, clusterFamilies, errors);
    if (errors.isEmpty()) {
      fillUp(service, clusterFamilies.getFirst(), isDual(service) && clusterFamilies.size() == 2);
    }
    return errors;
  }

  /**
   * A service that prefers two families is left as it is when the cluster gains or loses one: only
   * its author changes it.
   */
  private static boolean isUnchangedPreference(
      ServiceObject service, Optional<ServiceObject> stored) {
    return stored.isPresent()
        && service.text("ipFamilyPolicy").equals(PREFER_DUAL_STACK)
        && stored.get().text("ipFamilyPolicy").equals(PREFER_DUAL_STACK)
        && stored.get().type() == service.type()
        && stored.get().clusterIps().equals(service.clusterIps())
        && stored.get().ipFamilies().equals(service.ipFamilies());
  }

  private static String policyLeftOpen(ServiceObject service, Optional<ServiceObject> stored) {
    var before = stored.map(old -> old.text("ipFamilyPolicy")).orElse("");
    if (!before.isEmpty()) {
      return before;
    }
    return service.isHeadless() && !service.hasSelector() ? REQUIRE_DUAL_STACK : SINGLE_STACK;
  }

  /** An update to SingleStack drops the second family by itself; any other must not. */
  private static void reduce(ServiceObject service, ServiceObject stored, List<FieldError> errors) {
    if (service.text("ipFamilyPolicy").equals(SINGLE_STACK)) {
      if (service.clusterIps().equals(stored.clusterIps())) {
        service.setTexts("clusterIPs", first(service.clusterIps()));
      }
      if (service.ipFamilies().equals(stored.ipFamilies())) {
        service.setTexts("ipFamilies", first(service.ipFamilies()));
      }
      return;
    }
    if (!service.clusterIps().isEmpty()
        && service.clusterIps().size() < stored.clusterIps().size()) {
      errors.add(policy(service, "must be 'SingleStack' to release the secondary cluster IP"));
    }
    if (!service.ipFamilies().isEmpty()
        && service.ipFamilies().size() < stored.ipFamilies().size()) {
      errors.add(policy(service, "must be 'SingleStack' to release the secondary IP family"));
    }
  }

  private static void checkSingle(ServiceObject service, List<FieldError> errors) {
    if (!service.text("ipFamilyPolicy").equals(SINGLE_STACK)) {
      return;
    }
    var demand = "must be 'RequireDualStack' or 'PreferDualStack' when multiple ";
    if (service.clusterIps().size() == 2) {
      errors.add(policy(service, demand + "cluster IPs are specified"));
    }
    if (service.ipFamilies().size() == 2) {
      errors.add(policy(service, demand + "IP families are specified"));
    }
  }

  private static void inferFromAddresses(
      ServiceObject service, List<IpFamily> clusterFamilies, List<FieldError> errors) {
    var addresses = service.clusterIps();
    var families = new ArrayList<>(service.ipFamilies());
    for (var i = families.size(); i < addresses.size(); i++) {
      var address = IpAddress.parse(addresses.get(i));
      if (address == null) {
        return; // "None"
      }
      var family = IpFamily.of(address);
      if (clusterFamilies.contains(family)) {
        families.add(family.toString());
      } else {
        errors.add(
            FieldError.invalid(
                "spec.clusterIPs[" + i + "]",
                service.spec().path("clusterIPs"),
                family + " is not configured on this cluster"));
      }
    }
    service.setTexts("ipFamilies", families);
  }

  private static void checkAgainstCluster(
      ServiceObject service, List<IpFamily> clusterFamilies, List<FieldError> errors) {
    if (service.text("ipFamilyPolicy").equals(REQUIRE_DUAL_STACK) && clusterFamilies.size() < 2) {
      errors.add(policy(service, "this cluster is not configured for dual-stack services"));
    }
    var families = service.ipFamilies();
    for (var i = 0; i < families.size(); i++) {
      var family = families.get(i);
      if (clusterFamilies.stream().noneMatch(each -> each.toString().equals(family))) {
        errors.add(
            FieldError.invalid(
                "spec.ipFamilies[" + i + "]", family, "not configured on this cluster"));
      }
    }
  }

  private static void fillUp(ServiceObject service, IpFamily clusterFirst, boolean dual) {
    var families = new ArrayList<>(service.ipFamilies());
    if (families.isEmpty()) {
      families.add(clusterFirst.toString());
    }
    if (dual && families.size() == 1) {
      var one =
          families.getFirst().equals(IpFamily.IPV4.toString()) ? IpFamily.IPV4 : IpFamily.IPV6;
      families.add(one.other().toString());
    }
    service.setTexts("ipFamilies", families);
  }

  private static boolean isDual(ServiceObject service) {
    return !service.text("ipFamilyPolicy").equals(SINGLE_STACK);
  }

  private static FieldError policy(ServiceObject service, String detail) {
    return FieldError.invalid(
        POLICY_PATH, StringNode.valueOf(service.text("ipFamilyPolicy")), detail);
  }

  private static List<String> first(List<String> list) {
    return list.isEmpty() ? list : list.subList(0, 1);
  }
}

package dev.byname.resolverconfig.registry;

import dev.byname.resolverconfig.registry.Finding.Kind;
import dev.byname.resolverconfig.store.Snapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/**
 * A cluster's objects in the places of a store, so that both are looked at in the same way.
 *
 * @param places where each object comes from, by key
 * @param problems what could not be read, or is there twice
 */
record ClusterObjects(Snapshot snapshot, Map<String, String> places, List<Finding> problems) {

  static ClusterObjects of(Manifests manifests) {
    var values = new HashMap<String, byte[]>();
    var places = new HashMap<String, String>();
    var problems = new ArrayList<Finding>();
    for (var problem : manifests.problems()) {
      problems.add(Finding.unreadable(problem.place(), problem.reason()));
    }
    for (var manifest : manifests.objects()) {
      var key = key(manifest);
      if (key.isEmpty()) {
        continue;
      }
      var before = places.putIfAbsent(key, manifest.origin());
      if (before == null) {
        values.put(key, ObjectCodec.encodeCompact(inNamespace(manifest.object())));
      } else {
        problems.add(
            Finding.of(
                Kind.INVALID,
                manifest.origin(),
                List.of(),
                "is the same object as %s and left out".formatted(before)));
      }
    }
    return new ClusterObjects(Snapshot.of(values), places, problems);
  }

  /**
   * Refuses to guess the cluster's ranges: the API of older clusters does not tell them, and every
   * address would be out of the wrong one.
   */
  Inventory inventory(RangeOptions options) throws RefusedException {
    if (options.addresses().isEmpty() && !places.containsKey(AddressObjects.DEFAULT_CIDR)) {
      throw new RefusedException(
          "the cluster shows no ServiceCIDR that tells its range of addresses: name it with"
              + " --service-cluster-ip-range, as its API server was started"
              + problems.stream().map(each -> "; " + each).collect(Collectors.joining()));
    }
    return Inventory.ofCluster(snapshot, options, key -> places.getOrDefault(key, key));
  }

  /** Empty for what does not matter here. */
  private static String key(Manifests.Manifest manifest) {
    var metadata = manifest.object().path("metadata");
    var name = metadata.path("name").stringValue("");
    if (manifest.isService()) {
      return new ServiceKey(metadata.path("namespace").stringValue("default"), name).storeKey();
    }
    for (var version : List.of("v1", "v1beta1", "v1alpha1")) {
      var apiVersion = "networking.k8s.io/" + version;
      if (manifest.is(apiVersion, "IPAddress")) {
        return AddressObjects.IP_ADDRESSES + name;
      }
      if (manifest.is(apiVersion, "ServiceCIDR")) {
        return AddressObjects.SERVICE_CIDRS + name;
      }
    }
    return "";
  }

  /** Services that name no namespace are in {@code default}. */
  static ObjectNode inNamespace(ObjectNode object) {
    if (!object.path("kind").stringValue("").equals("Service")) {
      return object;
    }
    var service = object.deepCopy();
    var metadata = service.withObjectProperty("metadata");
    metadata.putIfAbsent("namespace", metadata.stringNode("default"));
    return service;
  }
}

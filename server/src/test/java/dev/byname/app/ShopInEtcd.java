package dev.byname.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.byname.testkit.EtcdProcess;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import java.util.concurrent.CompletableFuture;

/** Services of the namespace {@code shop}, written to etcd as an API server would. */
final class ShopInEtcd {
  private ShopInEtcd() {}

  static void put(EtcdProcess etcd, String name, String address) {
    etcd.etcdctl("put", key(name), service(name, address));
  }

  /** Completes when etcd has acknowledged the write. */
  static CompletableFuture<Void> put(Client client, String name, String address) {
    return client
        .getKVClient()
        .put(ByteSequence.from(key(name), UTF_8), ByteSequence.from(service(name, address), UTF_8))
        .thenApply(response -> null);
  }

  static void delete(EtcdProcess etcd, String name) {
    etcd.etcdctl("del", key(name));
  }

  static String key(String name) {
    return "/registry/services/specs/shop/" + name;
  }

  static String service(String name, String address) {
    return """
    {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "%s", "namespace": "shop"},
     "spec": {"clusterIP": "%s", "ports": [{"name": "http", "port": 80}]}}\
    """
        .formatted(name, address);
  }

  /** The name that is asked for. */
  static String name(String service) {
    return service + ".shop.svc.cluster.local";
  }
}

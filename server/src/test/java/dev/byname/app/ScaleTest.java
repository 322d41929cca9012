package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.byname.cluster.ClusterState;
import dev.byname.cluster.ClusterState.Change;
import dev.byname.cluster.EndpointSlice;
import dev.byname.cluster.IpAddress;
import dev.byname.cluster.ObjectKey;
import dev.byname.cluster.Port;
import dev.byname.cluster.Protocol;
import dev.byname.cluster.Service;
import dev.byname.wire.DomainName;
import dev.byname.zone.ClusterZone;
import dev.byname.zone.ZoneOptions;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * 10,000 services with 100,000 endpoints: one change costs one service, whatever the cluster's
 * size.
 */
class ScaleTest {
  private static final int SERVICES = 10_000;
  private static final int ENDPOINTS_EACH = 10;
  private static final Port HTTP = new Port("http", Protocol.TCP, 80);

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void oneChangeCostsOneService() {
    var cluster = new Served(SERVICES);
    assertThat(cluster.state.services()).hasSize(SERVICES);
    assertThat(cluster.zone.servicesCompiled()).isEqualTo(SERVICES);

    long views = cluster.state.viewsBuilt();
    cluster.state.apply(List.of(new Change.Put(slice(4_711, 1))));
    assertThat(cluster.state.viewsBuilt() - views).as("views built for one slice").isEqualTo(1);
    assertThat(cluster.zone.servicesCompiled() - SERVICES)
        .as("services compiled for it")
        .isEqualTo(1);

    cluster.state.apply(List.of(new Change.Put(slice(4_711, 1))));
    assertThat(cluster.state.viewsBuilt() - views).as("the same again is no change").isEqualTo(1);
  }

  /**
   * The same changes in a small cluster and in large ones, among them one whose 131,065 addresses
   * come close to filling a table. What is allocated stands for what is done: it is counted by the
   * JVM and does not depend on the machine.
   */
  @Test
  void aChangeAllocatesTheSameWhateverTheClusterHolds() {
    var small = new Served(100);
    var large = new Served(SERVICES);
    var filling = new Served(11_915);
    for (Served each : List.of(small, large, filling)) {
      each.bytesPerChange(2_000); // until the code is compiled and tables have grown
    }
    long expected = small.bytesPerChange(1_000);
    // Where the optimizing compiler comes in between, it takes away some of the objects.
    assertThat(large.bytesPerChange(1_000)).as("bytes, 100,000 endpoints").isLessThan(2 * expected);
    assertThat(filling.bytesPerChange(1_000))
        .as("bytes, 119,150 endpoints")
        .isLessThan(2 * expected);
  }

  /** One slice of a service that has many: the others are not indexed again. */
  @Test
  void aHeadlessServiceCostsWhatItsAnswersAre() {
    var state = new ClusterState(() -> 1);
    var zone = zone(state);
    ObjectKey db = new ObjectKey("ns-0", "db");
    state.apply(
        List.of(
            new Change.Put(
                new Service(
                    db,
                    Service.Type.CLUSTER_IP,
                    List.of(),
                    true,
                    List.of(HTTP),
                    "",
                    List.of(),
                    false,
                    true)),
            new Change.Synced()));
    int slices = 50;
    for (int i = 0; i < slices; i++) {
      state.apply(List.of(new Change.Put(hundred(db, i, true))));
    }
    for (int i = 0; i < 400; i++) {
      state.apply(List.of(new Change.Put(hundred(db, i % slices, i / slices % 2 == 1))));
    }
    long copied = zone.entriesCopied();
    long before = threads.getCurrentThreadAllocatedBytes();
    int changes = 100;
    for (int i = 0; i < changes; i++) {
      state.apply(List.of(new Change.Put(hundred(db, i % slices, i / slices % 2 == 1))));
    }
    long perEndpoint =
        (threads.getCurrentThreadAllocatedBytes() - before) / changes / (slices * 100L);
    // Its records, twice and some places to find them by; with a String for each it was 2,000.
    assertThat(perEndpoint).as("bytes per change and endpoint").isLessThan(1_000);
    assertThat(zone.entriesCopied()).as("entries copied").isEqualTo(copied);
  }

  /** A slice of 100 endpoints, one of which may be missing. */
  private static EndpointSlice hundred(ObjectKey service, int index, boolean whole) {
    var key = new ObjectKey(service.namespace(), service.name() + "-" + index);
    var slice = EndpointSlice.builder(key, service.name()).port(HTTP);
    for (int k = 0; k < (whole ? 100 : 99); k++) {
      slice.endpoint(IpAddress.v4(0x0a800000 + index * 100 + k));
    }
    return slice.build();
  }

  private static ClusterZone zone(ClusterState state) {
    var zone =
        new ClusterZone(
            ZoneOptions.of(DomainName.of("cluster.local."), DomainName.of("in-addr.arpa.")), state);
    zone.attach();
    return zone;
  }

  /** A cluster and its zone. */
  private final class Served {
    final ClusterState state = new ClusterState(() -> 1);
    final ClusterZone zone = zone(state);
    final int services;
    int changed;

    Served(int services) {
      this.services = services;
      List<Change> changes = new ArrayList<>();
      for (int i = 0; i < services; i++) {
        changes.add(new Change.Put(service(i)));
        changes.add(new Change.Put(slice(i, 0)));
      }
      changes.add(new Change.Synced());
      state.apply(changes);
    }

    /** Gives one service after the other ten other endpoints. */
    long bytesPerChange(int changes) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < changes; i++) {
        changed++;
        EndpointSlice slice = slice(changed % services, (changed / services + 1) % 2);
        state.apply(List.of(new Change.Put(slice)));
      }
      return (threads.getCurrentThreadAllocatedBytes() - before) / changes;
    }
  }

  private static Service service(int i) {
    return new Service(
        key(i, ""),
        Service.Type.CLUSTER_IP,
        List.of(IpAddress.v4(0x0a600000 + i)),
        false,
        List.of(HTTP),
        "",
        List.of(),
        false,
        true);
  }

  private static EndpointSlice slice(int i, int moved) {
    var slice = EndpointSlice.builder(key(i, "-1"), "s" + i).port(HTTP);
    for (int k = 0; k < ENDPOINTS_EACH; k++) {
      slice.endpoint(IpAddress.v4(0x0a800000 + i * ENDPOINTS_EACH + k + moved * 0x01000000));
    }
    return slice.build();
  }

  private static ObjectKey key(int i, String suffix) {
    return new ObjectKey("ns-" + i % 100, "s" + i + suffix);
  }
}

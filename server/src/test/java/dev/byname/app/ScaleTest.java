package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;

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

  @Test
  void oneChangeCostsOneService() {
    var state = new ClusterState(() -> 1);
    var zone =
        new ClusterZone(
            ZoneOptions.of(DomainName.of("cluster.local."), DomainName.of("in-addr.arpa.")), state);
    zone.attach();
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < SERVICES; i++) {
      changes.add(new Change.Put(service(i)));
      changes.add(new Change.Put(slice(i, 0)));
    }
    changes.add(new Change.Synced());
    state.apply(changes);
    assertThat(state.services()).hasSize(SERVICES);
    assertThat(zone.servicesCompiled()).isEqualTo(SERVICES);

    long views = state.viewsBuilt();
    state.apply(List.of(new Change.Put(slice(4_711, 1))));
    assertThat(state.viewsBuilt() - views).as("views built for one slice").isEqualTo(1);
    assertThat(zone.servicesCompiled() - SERVICES).as("services compiled for it").isEqualTo(1);

    state.apply(List.of(new Change.Put(slice(4_711, 1))));
    assertThat(state.viewsBuilt() - views).as("the same again is no change").isEqualTo(1);
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

package dev.byname.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.byname.cluster.ClusterObject;
import dev.byname.cluster.ClusterState;
import dev.byname.cluster.ClusterState.Change;
import dev.byname.cluster.EndpointSlice;
import dev.byname.cluster.IpAddress;
import dev.byname.cluster.ObjectKey;
import dev.byname.cluster.Port;
import dev.byname.cluster.Protocol;
import dev.byname.cluster.Service;
import dev.byname.rdata.Edns;
import dev.byname.rdata.Message;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.RecordType;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.zone.ClusterZone;
import dev.byname.zone.ZoneOptions;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The precomputed path allocates nothing: measured by the JVM's own count for this thread. */
class ResponderAllocationTest {
  private static final int WARM_UP = 30_000;
  private static final int MEASURED = 20_000;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({
    "reviews.default.svc.cluster.local., A",
    "reviews.default.svc.cluster.local., AAAA",
    "REVIEWS.default.svc.Cluster.Local., A",
    "db.default.svc.cluster.local., A",
    "db.default.svc.cluster.local., AAAA",
    "reviews.default.svc.cluster.local., SRV",
    "_http._tcp.reviews.default.svc.cluster.local., SRV",
    "_sql._tcp.db.default.svc.cluster.local., SRV",
    "157.0.0.10.in-addr.arpa., PTR",
    "1.0.1.10.in-addr.arpa., PTR",
    "2.0.1.10.in-addr.arpa., PTR",
    "3.0.1.10.in-addr.arpa., PTR",
    "missing.default.svc.cluster.local., A",
    "missing.nowhere.svc.cluster.local., AAAA",
    "default.svc.cluster.local., A",
    "www.example.org.default.svc.cluster.local., A",
  })
  void answersAllocateNothing(String name, String type) {
    answersAllocateNothing(new Change.Synced(), name, type);
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({
    "reviews.default.svc.cluster.local., A",
    "reviews.default.svc.cluster.local., AAAA",
    "_sql._tcp.db.default.svc.cluster.local., SRV",
    "157.0.0.10.in-addr.arpa., PTR",
  })
  void staleAnswersAllocateNothingEither(String name, String type) {
    answersAllocateNothing(new Change.Restored(), name, type);
  }

  private void answersAllocateNothing(Change standing, String name, String type) {
    var responder = responder(standing);
    var worker = responder.newWorker();
    byte[] plain = query(name, type, null);
    byte[] edns = query(name, type, new Edns(1232, true));
    byte[] out = new byte[0xffff];
    worker.beginBatch();
    int answered = 0;
    for (int i = 0; i < WARM_UP; i++) {
      answered += worker.answer(plain, plain.length, out, Transport.UDP, 1) > 0 ? 1 : 0;
      answered += worker.answer(edns, edns.length, out, Transport.TCP, 2) > 0 ? 1 : 0;
    }
    assertThat(answered).as("answered without the chain").isEqualTo(2 * WARM_UP);

    long thread = Thread.currentThread().threadId();
    long before = threads.getThreadAllocatedBytes(thread);
    for (int i = 0; i < MEASURED; i++) {
      worker.answer(plain, plain.length, out, Transport.UDP, 1);
      worker.answer(edns, edns.length, out, Transport.TCP, 2);
    }
    long allocated = threads.getThreadAllocatedBytes(thread) - before;
    // The measuring itself may cost an object or two; a byte per answer would be 40,000.
    assertThat(allocated).as("bytes for %d answers", 2 * MEASURED).isLessThan(2_000);
  }

  private static Responder responder(Change standing) {
    var state = new ClusterState(() -> 1_700_000_000);
    List<Change> changes = new ArrayList<>();
    var http = List.of(new Port("http", Protocol.TCP, 9080));
    var sql = new Port("sql", Protocol.TCP, 5432);
    for (ClusterObject object :
        List.of(
            service("reviews", List.of(new IpAddress(false, 0, 0x0a00009dL)), http),
            service("db", List.of(), List.of(sql)),
            EndpointSlice.builder(new ObjectKey("default", "db-1"), "db")
                .port(sql)
                .endpoint(IpAddress.v4(0x0a010001))
                .endpoint(IpAddress.v4(0x0a010002), true, true, false, "db-1", null, null, null)
                .endpoint(IpAddress.v4(0x0a010003))
                .build())) {
      changes.add(new Change.Put(object));
    }
    changes.add(standing);
    state.apply(changes);
    var zone =
        new ClusterZone(
            ZoneOptions.of(DomainName.of("cluster.local."), DomainName.of("in-addr.arpa.")), state);
    zone.attach();
    var metrics = new QueryMetrics();
    var block = new Block(List.of("."), List.of(), zone, true, "", request -> true, false);
    return new Responder(
        new ServerTable("dns://:53", List.of(block), metrics), metrics, System::nanoTime);
  }

  private static Service service(String name, List<IpAddress> clusterIps, List<Port> ports) {
    return new Service(
        new ObjectKey("default", name),
        Service.Type.CLUSTER_IP,
        clusterIps,
        clusterIps.isEmpty(),
        ports,
        "",
        List.of(),
        false,
        true);
  }

  private static byte[] query(String name, String type, Edns edns) {
    return new Message(
            1,
            Header.RD,
            0,
            new Question(DomainName.of(name), RecordType.parse(type), 1),
            List.of(),
            List.of(),
            List.of(),
            edns)
        .toWire(512);
  }
}

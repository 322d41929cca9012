package dev.byname.query;

import dev.byname.cluster.ClusterState;
import dev.byname.cluster.ClusterState.Change;
import dev.byname.cluster.EndpointSlice;
import dev.byname.cluster.IpAddress;
import dev.byname.cluster.ObjectKey;
import dev.byname.cluster.Port;
import dev.byname.cluster.Protocol;
import dev.byname.cluster.Service;
import dev.byname.rdata.Message;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.RecordType;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.QueryView;
import dev.byname.zone.AnswerWriter;
import dev.byname.zone.ClusterZone;
import dev.byname.zone.Finding;
import dev.byname.zone.SpelledAddress;
import dev.byname.zone.ZoneOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The parts of a cluster answer: reading the question, finding the name, writing the answer, all of
 * it with the counters; and a change, from the object to what the next query finds. In a cluster of
 * ten endpoints a service, asked for another of its services each time.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders"})
public class HotPathBenchmark {
  private static final int ENDPOINTS_EACH = 10;
  private static final Port HTTP = new Port("http", Protocol.TCP, 80);

  /** 1,000 and 100,000 endpoints. */
  @Param({"100", "10000"})
  public int services;

  private final QueryView view = new QueryView();
  private final SpelledAddress spelled = new SpelledAddress();
  private final byte[] out = new byte[0xffff];
  private ClusterState state;
  private ClusterZone zone;
  private AnswerWriter writer;
  private Responder.LoopWorker worker;
  private byte[][] queries;
  private int next;
  private int changed;

  @Setup
  public void setUp() {
    state = new ClusterState(() -> 1);
    zone =
        new ClusterZone(
            ZoneOptions.of(DomainName.of("cluster.local."), DomainName.of("in-addr.arpa.")), state);
    zone.attach();
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < services; i++) {
      changes.add(new Change.Put(service(i)));
      changes.add(new Change.Put(slice(i, 0)));
    }
    changes.add(new Change.Synced());
    state.apply(changes);
    writer = new AnswerWriter(zone);
    var metrics = new QueryMetrics();
    var block = new Block(List.of("."), List.of(), zone, true, "", request -> true, false);
    var table = new ServerTable("dns://:53", List.of(block), metrics);
    worker = new Responder(table, metrics, System::nanoTime).newWorker();
    worker.beginBatch();
    var random = new Random(1);
    queries = new byte[1 << 12][];
    for (int i = 0; i < queries.length; i++) {
      int service = random.nextInt(services);
      queries[i] = query("service-" + service + ".team-" + service % 100 + ".svc.cluster.local.");
    }
  }

  private byte[] nextQuery() {
    return queries[next++ & queries.length - 1];
  }

  @Benchmark
  public int parse() {
    byte[] query = nextQuery();
    return view.read(query, query.length);
  }

  @Benchmark
  public Finding parseAndFind() {
    byte[] query = nextQuery();
    view.read(query, query.length);
    return zone.find(view, zone.originOf(view), spelled);
  }

  @Benchmark
  public int parseFindAndWrite() {
    byte[] query = nextQuery();
    view.read(query, query.length);
    int origin = zone.originOf(view);
    Finding finding = zone.find(view, origin, spelled);
    return writer.write(finding, origin, spelled, view, out, 512, 0);
  }

  @Benchmark
  public int answerAndCount() {
    byte[] query = nextQuery();
    return worker.answer(query, query.length, out, Transport.UDP, 1);
  }

  /** One slice of one service gets other addresses. */
  @Benchmark
  @OutputTimeUnit(TimeUnit.MICROSECONDS)
  public void changeToPublished() {
    changed++;
    state.apply(List.of(new Change.Put(slice(changed % services, changed / services + 1))));
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
    var slice = EndpointSlice.builder(key(i, "-1"), "service-" + i).port(HTTP);
    for (int k = 0; k < ENDPOINTS_EACH; k++) {
      // Two ranges in turns, so that a change frees what the one before took.
      slice.endpoint(IpAddress.v4(0x0a800000 + i * ENDPOINTS_EACH + k + moved % 2 * 0x01000000));
    }
    return slice.build();
  }

  private static ObjectKey key(int i, String suffix) {
    return new ObjectKey("team-" + i % 100, "service-" + i + suffix);
  }

  private static byte[] query(String name) {
    var question = new Question(DomainName.of(name), RecordType.parse("A"), 1);
    return new Message(1, Header.RD, 0, question, List.of(), List.of(), List.of(), null)
        .toWire(512);
  }
}

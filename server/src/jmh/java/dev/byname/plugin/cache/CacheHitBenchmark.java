package dev.byname.plugin.cache;

import dev.byname.corefile.Corefile;
import dev.byname.corefile.ParseOptions;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.query.Block;
import dev.byname.query.Client;
import dev.byname.query.Plugin;
import dev.byname.query.QueryMetrics;
import dev.byname.query.ReplyTo;
import dev.byname.query.Request;
import dev.byname.query.Responder;
import dev.byname.query.Response;
import dev.byname.query.ServerTable;
import dev.byname.query.Step;
import dev.byname.query.Transport;
import dev.byname.rdata.Message;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.Rdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A name from the cache, from the query's bytes to the answer's, through the plugin chain. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders"})
public class CacheHitBenchmark {
  private static final int NAMES = 1 << 10;

  private final byte[] out = new byte[0xffff];
  private final Client client =
      new Client(
          Transport.UDP,
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 5353),
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 53));
  private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
  private final byte[][] queries = new byte[NAMES][];
  private Responder.LoopWorker worker;
  private int next;
  private int sent;

  /** Answers every A question with one record that stays for an hour. */
  private static final class Upstream implements Plugin {
    @Override
    public String name() {
      return "forward";
    }

    @Override
    public Step handle(Request request, Chain chain) {
      Question question = request.question();
      var address = new Rdata.AddressRdata(new byte[] {10, 0, 0, 1});
      var record = ResourceRecord.in(question.name(), RecordType.parse("A"), 3600, address);
      byte[] wire =
          new Message(1, Header.QR, 0, question, List.of(record), List.of(), List.of(), null)
              .toWire(512);
      return Step.answer(new Response.Wire(wire));
    }
  }

  @Setup
  public void setUp() {
    var problems = new Problems();
    var corefile =
        Corefile.parse(". {\ncache 3600\n}\n", "Corefile", ParseOptions.DEFAULTS, problems);
    var context = new BlockContext(List.of("."), Path.of(""), List.of("dns://:53"), "");
    var config =
        new CacheFactory()
            .parse(corefile.blocks().getFirst().directives("cache"), context, problems);
    var cache =
        new CachePlugin(
            config,
            context,
            CacheObserver.NONE,
            System::nanoTime,
            System::currentTimeMillis,
            scheduler);
    var metrics = new QueryMetrics();
    List<Plugin> plugins = List.of(cache, new Upstream());
    var block = new Block(List.of("."), plugins, null, false, "", request -> true, false);
    var table = new ServerTable("dns://:53", List.of(block), metrics);
    worker = new Responder(table, metrics, System::nanoTime).newWorker();
    worker.beginBatch();
    for (int i = 0; i < NAMES; i++) {
      var name = DomainName.of("host-" + i + ".example.com.");
      var question = new Question(name, RecordType.parse("A"), 1);
      queries[i] =
          new Message(1, Header.RD, 0, question, List.of(), List.of(), List.of(), null).toWire(512);
      cacheHit(); // the first time it is a miss
    }
  }

  @TearDown
  public void tearDown() {
    scheduler.shutdown();
  }

  @Benchmark
  public int cacheHit() {
    byte[] query = queries[next++ & NAMES - 1];
    int size = worker.answer(query, query.length, out, Transport.UDP, 1);
    if (size > 0) {
      throw new AssertionError("not through the chain");
    }
    worker.answerSlowly(query, query.length, client, new Reply());
    return sent;
  }

  private final class Reply implements ReplyTo {
    @Override
    public void reply(byte[] message, int lengthBytes, boolean last) {
      sent += lengthBytes;
    }

    @Override
    public void silence() {
      throw new AssertionError("no answer");
    }
  }
}

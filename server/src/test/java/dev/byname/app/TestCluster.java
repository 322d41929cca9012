package dev.byname.app;

import dev.byname.cluster.ClusterObject;
import dev.byname.cluster.ClusterState;
import dev.byname.cluster.ClusterState.Change;
import dev.byname.cluster.ClusterState.Standing;
import dev.byname.cluster.IpAddress;
import dev.byname.corefile.Problems;
import dev.byname.observe.Metrics;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.cache.CacheObserver;
import dev.byname.plugin.hosts.HostsObserver;
import dev.byname.plugin.kubernetes.ClusterPicture;
import dev.byname.plugin.kubernetes.PictureSource;
import dev.byname.query.Block;
import dev.byname.query.Client;
import dev.byname.query.QueryHandler;
import dev.byname.query.QueryMetrics;
import dev.byname.query.ReplyTo;
import dev.byname.query.Responder;
import dev.byname.query.ServerTable;
import dev.byname.query.Transport;
import dev.byname.rdata.Edns;
import dev.byname.rdata.Message;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.Rdata.SoaRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.source.DecodeOptions;
import dev.byname.source.Decoded;
import dev.byname.source.ObjectDecoder;
import dev.byname.source.YamlTree;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * A server without sockets: a Corefile's first server block over a cluster given as YAML, asked by
 * bytes. Everything between is the real thing. The wall clock stands at {@link #EPOCH_SECONDS},
 * which is so the serial of every SOA.
 */
final class TestCluster implements AutoCloseable {
  static final long EPOCH_SECONDS = 1_700_000_000;
  private static final int ID = 4711;

  private final ClusterState state = new ClusterState(() -> EPOCH_SECONDS);
  private final PluginRuntime runtime;
  private Running running;
  private final QueryMetrics metrics = new QueryMetrics();
  private final Metrics page = new Metrics(metrics, "test", "25");
  private final PluginCounts pluginCounts = new PluginCounts(page);
  private final Responder responder;
  private final Responder.LoopWorker worker;
  private final ScheduledExecutorService scheduler;

  private TestCluster(
      Configuration configuration,
      Standing standing,
      List<IpAddress> localAddresses,
      ScheduledExecutorService scheduler) {
    this.scheduler = scheduler;
    switch (standing) {
      case PARTIAL -> {}
      case RESTORED -> state.apply(List.of(new Change.Restored()));
      case SYNCED -> synced();
    }
    runtime = new TestRuntime(localAddresses);
    running = Running.create(configuration, runtime);
    running.start();
    responder =
        new Responder(new ServerTable("dns://:53", blocks(running), metrics), metrics, () -> 0);
    worker = responder.newWorker();
    worker.beginBatch();
  }

  /** Of a Corefile's text; complete from the start. */
  static TestCluster of(String corefile, Path folder) throws IOException {
    return of(corefile, folder, Standing.SYNCED, List.of());
  }

  static TestCluster of(
      String corefile, Path folder, Standing standing, List<IpAddress> localAddresses)
      throws IOException {
    return of(
        corefile, folder, standing, localAddresses, Executors.newSingleThreadScheduledExecutor());
  }

  static TestCluster of(
      String corefile,
      Path folder,
      Standing standing,
      List<IpAddress> localAddresses,
      ScheduledExecutorService scheduler)
      throws IOException {
    Path file = Files.writeString(folder.resolve("Corefile"), corefile);
    var problems = new Problems();
    Configuration configuration = Configuration.read(file, Map.of(), -1, problems);
    if (!problems.isEmpty()) {
      throw new AssertionError(problems);
    }
    return new TestCluster(configuration, standing, localAddresses, scheduler);
  }

  /** The first complete picture is there. */
  void synced() {
    state.apply(List.of(new Change.Synced()));
  }

  List<String> notReady() {
    return running.waiting().stream().map(Object::toString).toList();
  }

  /** Takes another configuration over, as a reload does. */
  void reload() {
    Running next = Running.create(running.configuration(), runtime);
    next.start();
    responder.use(new ServerTable("dns://:53", blocks(next), metrics));
    running.close();
    running = next;
  }

  private static List<Block> blocks(Running running) {
    return running.blocks().values().iterator().next();
  }

  ClusterState state() {
    return state;
  }

  /** What {@code /metrics} would print. */
  String scrape() {
    return page.scrape();
  }

  Responder responder() {
    return responder;
  }

  /** Adds or replaces every object of the YAML text. */
  TestCluster apply(String yaml) {
    List<Change> changes = new ArrayList<>();
    for (ClusterObject object : decode(yaml)) {
      changes.add(new Change.Put(object));
    }
    state.apply(changes);
    return this;
  }

  TestCluster put(ClusterObject object) {
    state.apply(List.of(new Change.Put(object)));
    return this;
  }

  TestCluster remove(ClusterObject object) {
    state.apply(List.of(new Change.Remove(object.kind(), object.key())));
    return this;
  }

  static List<ClusterObject> decode(String yaml) {
    List<ClusterObject> objects = new ArrayList<>();
    var decoder = new ObjectDecoder(DecodeOptions.ALL);
    try {
      YamlTree.read(
          yaml,
          document ->
              decoder
                  .decode(document)
                  .forEach(decoded -> {
                    switch (decoded) {
                      case Decoded.Objects found -> objects.addAll(found.objects());
                      case Decoded.Undecodable bad -> throw new AssertionError(bad);
                      case Decoded.OtherKind other -> throw new AssertionError(other);
                      case Decoded.LeftOut left -> {}
                    }
                  }));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    return objects;
  }

  /**
   * Asks as dig would.
   *
   * @param question see {@link #query}
   */
  Message ask(String question) {
    return begin(question).join();
  }

  /** As {@link #ask}; the answer may come later. */
  CompletableFuture<Message> begin(String question) {
    boolean tcp = List.of(question.split("\\s+")).contains("+tcp");
    return begin(query(question).toWire(0xffff), tcp ? Transport.TCP : Transport.UDP)
        .thenApply(answer -> {
          Message message = Message.read(answer, answer.length);
          if (message == null || message.id() != ID) {
            throw new AssertionError(
                "unreadable answer to " + question + ": " + Arrays.toString(answer));
          }
          return message;
        });
  }

  /**
   * A query as dig makes it.
   *
   * @param question {@code NAME TYPE [+tcp] [+bufsize=N] [+noedns] [+dnssec] [+nsid] [+norec]
   *     [+serial=N] [class]}; the serial is that of an IXFR
   */
  static Message query(String question) {
    String[] words = question.split("\\s+");
    var name = DomainName.of(words[0]);
    RecordType type = RecordType.parse(words[1]);
    if (type == null) {
      throw new IllegalArgumentException(question);
    }
    List<String> options = List.of(words).subList(2, words.length);
    int bufsize = (int) number(options, "+bufsize=", 1232);
    Edns edns = options.contains("+noedns") ? null : new Edns(bufsize, options.contains("+dnssec"));
    if (edns != null && options.contains("+nsid")) {
      var nsid = new Edns.Option(Edns.OPTION_NSID, new byte[0]);
      edns = new Edns(bufsize, 0, edns.dnssecOk(), List.of(nsid));
    }
    long serial = number(options, "+serial=", -1);
    return new Message(
        ID,
        options.contains("+norec") ? 0 : Header.RD,
        0,
        new Question(name, type, options.contains("CH") ? 3 : 1),
        List.of(),
        serial < 0
            ? List.of()
            : List.of(
                ResourceRecord.in(
                    name, RecordType.SOA, 0, new SoaRdata(name, name, serial, 0, 0, 0, 0))),
        List.of(),
        edns);
  }

  private static long number(List<String> options, String option, long otherwise) {
    return options.stream()
        .filter(o -> o.startsWith(option))
        .mapToLong(o -> Long.parseLong(o.substring(option.length())))
        .findFirst()
        .orElse(otherwise);
  }

  /** The answer's bytes; empty for silence. */
  byte[] askBytes(byte[] query, Transport transport) {
    return begin(query, transport).join();
  }

  private CompletableFuture<byte[]> begin(byte[] query, Transport transport) {
    byte[] out = new byte[0xffff];
    int size = worker.answer(query, query.length, out, transport, 1);
    return size == QueryHandler.SLOW
        ? beginSlowly(query, transport)
        : CompletableFuture.completedFuture(Arrays.copyOf(out, size));
  }

  /** As the chain answers, whether or not the precomputed path could. */
  byte[] askSlowly(byte[] query, Transport transport) {
    return beginSlowly(query, transport).join();
  }

  private CompletableFuture<byte[]> beginSlowly(byte[] query, Transport transport) {
    var answer = new CompletableFuture<byte[]>();
    var client =
        new Client(
            transport,
            new InetSocketAddress("127.0.0.1", 40_000),
            new InetSocketAddress("127.0.0.1", 53));
    worker.answerSlowly(
        query,
        query.length,
        client,
        new ReplyTo() {
          @Override
          public void reply(byte[] message, int lengthBytes, boolean last) {
            answer.complete(Arrays.copyOf(message, lengthBytes));
          }

          @Override
          public void silence() {
            answer.complete(new byte[0]);
          }
        });
    return answer;
  }

  /** Whether the question is answered before any plugin is asked. */
  boolean precomputed(byte[] query) {
    return worker.answer(query, query.length, new byte[0xffff], Transport.UDP, 1) > 0;
  }

  @Override
  public void close() {
    running.close();
    scheduler.shutdownNow();
    page.close();
  }

  private final class TestRuntime implements PluginRuntime {
    private final List<IpAddress> localAddresses;

    TestRuntime(List<IpAddress> localAddresses) {
      this.localAddresses = localAddresses;
    }

    @Override
    public LongSupplier nanoTime() {
      return () -> 0;
    }

    @Override
    public LongSupplier epochMillis() {
      return () -> EPOCH_SECONDS * 1000;
    }

    @Override
    public ScheduledExecutorService scheduler() {
      return scheduler;
    }

    @Override
    public RandomGenerator random() {
      return new Random(1);
    }

    @Override
    public <T> T service(Class<T> type) {
      for (Object service : List.of(CacheObserver.NONE, HostsObserver.NONE, pluginCounts)) {
        if (type.isInstance(service)) {
          return type.cast(service);
        }
      }
      return type.cast(new TestPictures(localAddresses));
    }
  }

  /** One picture, whatever is asked for: the test's own. */
  private final class TestPictures implements ClusterPicture.Provider, ClusterPicture {
    private final List<IpAddress> localAddresses;

    TestPictures(List<IpAddress> localAddresses) {
      this.localAddresses = localAddresses;
    }

    @Override
    public ClusterPicture open(PictureSource source) {
      return this;
    }

    @Override
    public void release(ClusterPicture picture) {}

    @Override
    public List<IpAddress> localAddresses() {
      return localAddresses;
    }

    @Override
    public ClusterState state() {
      return state;
    }

    @Override
    public void whileStill(Runnable action) {
      action.run();
    }

    @Override
    public long openedNanos() {
      return 0;
    }

    @Override
    public String detail() {
      return "waiting for the test";
    }
  }
}

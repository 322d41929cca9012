package dev.byname.lookup;

import dev.byname.cluster.ClusterChange;
import dev.byname.cluster.ClusterListener;
import dev.byname.cluster.ClusterState;
import dev.byname.cluster.ObjectKey;
import dev.byname.cluster.ServiceView;
import dev.byname.query.Client;
import dev.byname.query.ClusterResolver;
import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.query.Transport;
import dev.byname.rdata.Message;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.RecordType;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import dev.byname.wire.RecordTypes;
import dev.byname.zone.ClusterZone;
import dev.byname.zone.ZoneOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The cluster's names and endpoints, in this process.
 *
 * <pre>{@code
 * try (var directory = ServiceDirectory.open(ClusterSource.manifests(Path.of("conf/demo")))) {
 *   directory.awaitSynced(Duration.ofSeconds(5));
 *   Answer answer = directory.resolve("reviews.default.svc.cluster.local", RecordType.A);
 *   ServiceEndpoints now = directory.service("default", "my-nginx-service");
 *   Subscription watching = directory.subscribe("default", "my-nginx-service", endpoints -> …);
 * }
 * }</pre>
 *
 * <p>Safe for any number of threads. No method but {@link #awaitSynced} waits: everything is
 * answered from memory. What a method returns is from one moment and does not change.
 */
public final class ServiceDirectory implements AutoCloseable {
  private static final Client SELF =
      new Client(
          Transport.LOCAL,
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

  private final PictureOpener.Opened picture;
  private final ClusterState state;
  private final ClusterZone zone;
  private final ClusterResolver resolver;
  private final ClusterListener listener = this::changed;
  private final Map<ObjectKey, List<Mailbox<ServiceEndpoints>>> subscribers =
      new ConcurrentHashMap<>();
  private final ExecutorService callbacks =
      Executors.newThreadPerTaskExecutor(
          Thread.ofVirtual().name("byname-subscriber-", 0).factory());
  private final CountDownLatch synced = new CountDownLatch(1);

  private ServiceDirectory(PictureOpener.Opened picture, ZoneOptions options) {
    this.picture = picture;
    state = picture.state();
    zone = new ClusterZone(options, state);
    resolver = new ClusterResolver(zone);
    picture.whileStill(() -> {
      zone.attach();
      state.addListener(listener);
      if (state.synced()) {
        synced.countDown();
      }
    });
  }

  /**
   * Opens a directory for the zone {@code cluster.local} and all reverse zones, and starts reading
   * the cluster in the background.
   *
   * @throws IllegalArgumentException when the source cannot be what it says (no such folder, no
   *     service account)
   */
  public static ServiceDirectory open(ClusterSource source) {
    return open(
        source,
        ZoneOptions.of(
            DomainName.of("cluster.local."),
            DomainName.of("in-addr.arpa."),
            DomainName.of("ip6.arpa.")));
  }

  /** As {@link #open(ClusterSource)}, with zones and rules of your own. */
  public static ServiceDirectory open(ClusterSource source, ZoneOptions options) {
    PictureOpener opener =
        ServiceLoader.load(PictureOpener.class, ServiceDirectory.class.getClassLoader())
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("no PictureOpener on the class path"));
    return new ServiceDirectory(opener.open(source), options);
  }

  /** A directory over a picture that the caller keeps up to date; closing it closes the picture. */
  public static ServiceDirectory over(PictureOpener.Opened picture, ZoneOptions options) {
    return new ServiceDirectory(picture, options);
  }

  /**
   * Waits for the first complete picture. Until then {@link #resolve} says SERVFAIL for names it
   * does not know.
   *
   * @return false when the time is over or the thread was interrupted
   */
  public boolean awaitSynced(Duration timeout) {
    try {
      return synced.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** What it reads, or what it waits for: one line. */
  public String status() {
    return picture.detail();
  }

  /**
   * What {@code dig NAME TYPE} would get. Aliases are followed inside the cluster; a target outside
   * is left as CNAME. A name outside the zones is REFUSED, text that is no domain name FORMERR.
   *
   * @param name with or without final dot; always taken as fully qualified
   */
  public Answer resolve(String name, RecordType type) {
    DomainName question = DomainName.parse(name);
    return question == null ? failure(Rcode.FORMERR) : resolve(question, type);
  }

  /** As {@link #resolve(String, RecordType)}. */
  public Answer resolve(DomainName name, RecordType type) {
    var request =
        new Request(
            0,
            Header.RD,
            new Question(name, type, RecordTypes.CLASS_IN),
            ".",
            null,
            List.of(),
            new byte[0],
            SELF,
            new Request.Metadata(),
            0);
    return switch (resolver.answer(request, NOBODY_ELSE)) {
      case Step.Answer(Response response) -> answer(response);
      case Step.Next next -> failure(Rcode.REFUSED);
      // Only targets outside wait, and nobody else is there to be asked: it is complete.
      case Step.Pending(CompletionStage<Response> complete) ->
          answer(complete.toCompletableFuture().join());
    };
  }

  private static final Plugin.Chain NOBODY_ELSE =
      new Plugin.Chain() {
        @Override
        public CompletionStage<Response> next(Request request) {
          return server(request);
        }

        @Override
        public CompletionStage<Response> server(Request request) {
          return CompletableFuture.completedFuture(
              new Response.Failure(Rcode.REFUSED, "outside the zones of this directory"));
        }
      };

  private static Answer answer(Response response) {
    return switch (response) {
      case Response.Reply(Message message) -> Answer.of(message);
      case Response.Wire wire -> {
        Message message = wire.read();
        yield message == null ? failure(Rcode.SERVFAIL) : Answer.of(message);
      }
      case Response.Failure failure -> failure(failure.rcode());
      case Response.Transfer transfer -> failure(Rcode.REFUSED);
      case Response.NoReply silence -> failure(Rcode.REFUSED);
    };
  }

  private static Answer failure(int rcode) {
    return new Answer(rcode, List.of(), List.of(), List.of());
  }

  /**
   * The service's endpoints now; {@link ServiceEndpoints#exists} is false when there is no such
   * service.
   */
  public ServiceEndpoints service(String namespace, String name) {
    ServiceView view = state.service(new ObjectKey(namespace, name));
    return view == null ? ServiceEndpoints.none(namespace, name) : ServiceEndpoints.of(view);
  }

  /**
   * Calls back with the service's endpoints: at once with what is known, then after every change.
   * Calls to one subscriber come one at a time, in order, on a virtual thread of the directory; a
   * slow subscriber is told the newest state when it returns and may so miss states in between, but
   * never the last. One that throws is logged and stays subscribed.
   */
  public Subscription subscribe(
      String namespace, String name, Consumer<? super ServiceEndpoints> subscriber) {
    var key = new ObjectKey(namespace, name);
    var mailbox =
        new Mailbox<ServiceEndpoints>(callbacks, () -> service(namespace, name), subscriber);
    subscribers.compute(
        key,
        (k, list) -> {
          List<Mailbox<ServiceEndpoints>> all = list == null ? new CopyOnWriteArrayList<>() : list;
          all.add(mailbox);
          return all;
        });
    mailbox.changed();
    return () -> {
      mailbox.close();
      subscribers.computeIfPresent(
          key,
          (k, list) -> {
            list.remove(mailbox);
            return list.isEmpty() ? null : list;
          });
    };
  }

  /** On the thread that changes the cluster: only marks who is to be told. */
  private void changed(ClusterChange change) {
    if (change.synced()) {
      synced.countDown();
    }
    if (!subscribers.isEmpty()) {
      for (ObjectKey key : change.services()) {
        subscribers.getOrDefault(key, List.of()).forEach(Mailbox::changed);
      }
    }
  }

  /** Ends reading and all subscriptions. */
  @Override
  public void close() {
    subscribers.values().forEach(list -> list.forEach(Mailbox::close));
    subscribers.clear();
    picture.whileStill(() -> {
      state.removeListener(listener);
      zone.close();
    });
    picture.close();
    callbacks.shutdown();
  }
}

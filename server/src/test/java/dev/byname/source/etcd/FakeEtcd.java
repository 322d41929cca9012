package dev.byname.source.etcd;

import com.google.protobuf.ByteString;
import dev.byname.testkit.ManualScheduler;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * An etcd in memory that does on command what a real one cannot be made to do: lose single events,
 * compact in the middle of a list, fall silent. Every answer goes through the scheduler, so a test
 * decides what comes between a question and its answer.
 */
final class FakeEtcd implements EtcdConnector {
  private static final Duration DEADLINE = Duration.ofSeconds(5);

  private final ManualScheduler scheduler;
  private final List<Session> sessions = new ArrayList<>();
  private final Set<URI> down = new HashSet<>();
  private final Set<URI> silent = new HashSet<>();
  private NavigableMap<String, KeyValue> keys = new TreeMap<>();
  private List<Event> history = new ArrayList<>();
  private long revision = 1;
  private long compacted;
  private Predicate<Event> lose = event -> false;

  long clusterId = 77;

  /** What was asked, for tests that count. */
  final List<RangeRequest> ranges = new ArrayList<>();

  int opened;
  int leasesAsked;
  private final Map<Long, Instant> leaseEnds = new HashMap<>();

  /** Runs before the answer to each range is made. */
  Runnable beforeRange = () -> {};

  FakeEtcd(ManualScheduler scheduler) {
    this.scheduler = scheduler;
  }

  // What a test does to the store.

  long put(String key, String value) {
    return put(key, ByteString.copyFromUtf8(value));
  }

  long put(String key, ByteString value) {
    return put(key, value, 0);
  }

  /** Grants a lease, or keeps one alive: from now on it has so much time. */
  void lease(long id, Duration time) {
    leaseEnds.put(id, scheduler.clock().instant().plus(time));
  }

  long put(String key, ByteString value, long leaseId) {
    revision++;
    var keyValue =
        KeyValue.newBuilder()
            .setKey(ByteString.copyFromUtf8(key))
            .setValue(value)
            .setModRevision(revision)
            .setLease(leaseId)
            .build();
    keys.put(key, keyValue);
    happened(Event.newBuilder().setType(Event.EventType.PUT).setKv(keyValue).build());
    return revision;
  }

  void delete(String key) {
    revision++;
    keys.remove(key);
    happened(
        Event.newBuilder()
            .setType(Event.EventType.DELETE)
            .setKv(
                KeyValue.newBuilder().setKey(ByteString.copyFromUtf8(key)).setModRevision(revision))
            .build());
  }

  long revision() {
    return revision;
  }

  /** What there is below a prefix. */
  Map<String, String> values(String prefix) {
    var values = new TreeMap<String, String>();
    keys.forEach((key, keyValue) -> {
      if (key.startsWith(prefix)) {
        values.put(key, keyValue.getValue().toStringUtf8());
      }
    });
    return values;
  }

  void compact() {
    compacted = revision;
  }

  /** Events that are in the history, but never reach a watch that is open now. */
  void lose(Predicate<Event> events) {
    lose = events;
  }

  /** A copy of all there is, to go back to. */
  Backup backup() {
    return new Backup(new TreeMap<>(keys), new ArrayList<>(history), revision, compacted);
  }

  record Backup(
      NavigableMap<String, KeyValue> keys, List<Event> history, long revision, long compacted) {}

  /** Stops everything and starts it again with older data. */
  void restore(Backup backup) {
    keys = new TreeMap<>(backup.keys);
    history = new ArrayList<>(backup.history);
    revision = backup.revision;
    compacted = backup.compacted;
    breakConnections();
  }

  void breakConnections() {
    for (Session session : List.copyOf(sessions)) {
      session.broken();
    }
  }

  void down(URI member) {
    down.add(member);
    for (Session session : List.copyOf(sessions)) {
      if (session.endpoint.equals(member)) {
        session.broken();
      }
    }
  }

  void up(URI member) {
    down.remove(member);
    silent.remove(member);
  }

  /** Keeps connections open and answers nothing. */
  void silence(URI member) {
    silent.add(member);
  }

  List<URI> connected() {
    return sessions.stream().map(session -> session.endpoint).toList();
  }

  private void happened(Event event) {
    history.add(event);
    boolean lost = lose.test(event);
    for (Session session : sessions) {
      if (session.stream != null && !lost) {
        session.stream.deliver(event);
      }
    }
  }

  @Override
  public EtcdSession open(URI endpoint, Executor callbacks) {
    opened++;
    var session = new Session(endpoint);
    sessions.add(session);
    return session;
  }

  private ResponseHeader header() {
    return ResponseHeader.newBuilder().setClusterId(clusterId).setRevision(revision).build();
  }

  private RangeResponse answer(RangeRequest request) throws EtcdFailure {
    if (request.getRevision() != 0 && request.getRevision() < compacted) {
      throw new EtcdFailure(
          EtcdFailure.Kind.COMPACTED, "etcdserver: mvcc: required revision has been compacted");
    }
    var start = request.getKey().toStringUtf8();
    var found = new ArrayList<KeyValue>();
    boolean now = request.getRevision() == 0 || request.getRevision() == revision;
    var at = now ? keys : keysAt(request.getRevision());
    if (request.getRangeEnd().isEmpty()) {
      if (at.containsKey(start)) {
        found.add(at.get(start));
      }
    } else {
      found.addAll(at.subMap(start, request.getRangeEnd().toStringUtf8()).values());
    }
    var response = RangeResponse.newBuilder().setHeader(header()).setCount(found.size());
    for (KeyValue keyValue : found) {
      if (request.getLimit() > 0 && response.getKvsCount() == request.getLimit()) {
        response.setMore(true);
        break;
      }
      response.addKvs(request.getKeysOnly() ? keyValue.toBuilder().clearValue().build() : keyValue);
    }
    return response.build();
  }

  private NavigableMap<String, KeyValue> keysAt(long atRevision) {
    var then = new TreeMap<String, KeyValue>();
    for (Event event : history) {
      if (event.getKv().getModRevision() <= atRevision) {
        var key = event.getKv().getKey().toStringUtf8();
        if (event.getType() == Event.EventType.PUT) {
          then.put(key, event.getKv());
        } else {
          then.remove(key);
        }
      }
    }
    return then;
  }

  private final class Session implements EtcdSession {
    private final URI endpoint;
    private Stream stream;
    private boolean closed;

    Session(URI endpoint) {
      this.endpoint = endpoint;
    }

    @Override
    public CompletableFuture<RangeResponse> range(RangeRequest request) {
      ranges.add(request);
      var future = new CompletableFuture<RangeResponse>();
      var deadline =
          scheduler.schedule(
              () ->
                  future.completeExceptionally(
                      new EtcdFailure(EtcdFailure.Kind.UNAVAILABLE, "deadline exceeded")),
              DEADLINE.toNanos(),
              TimeUnit.NANOSECONDS);
      scheduler.execute(() -> {
        if (closed || down.contains(endpoint)) {
          deadline.cancel(false);
          future.completeExceptionally(
              new EtcdFailure(EtcdFailure.Kind.UNAVAILABLE, "connection refused"));
        } else if (!silent.contains(endpoint)) {
          deadline.cancel(false);
          beforeRange.run();
          try {
            future.complete(answer(request));
          } catch (EtcdFailure failure) {
            future.completeExceptionally(failure);
          }
        }
      });
      return future;
    }

    @Override
    public CompletableFuture<Long> leaseSeconds(long leaseId) {
      leasesAsked++;
      var future = new CompletableFuture<Long>();
      scheduler.execute(() -> {
        var end = leaseEnds.get(leaseId);
        if (closed || end == null) {
          future.completeExceptionally(
              new EtcdFailure(EtcdFailure.Kind.UNAVAILABLE, "no such lease"));
        } else {
          future.complete(Duration.between(scheduler.clock().instant(), end).toSeconds());
        }
      });
      return future;
    }

    @Override
    public WatchStream watch(WatchReceiver receiver) {
      stream = new Stream(receiver);
      return stream;
    }

    @Override
    public void close() {
      closed = true;
      sessions.remove(this);
    }

    void broken() {
      sessions.remove(this);
      closed = true;
      if (stream != null) {
        var ending = stream;
        scheduler.execute(() ->
            ending.receiver.ended(
                new EtcdFailure(EtcdFailure.Kind.UNAVAILABLE, "connection reset")));
      }
    }

    private final class Stream implements WatchStream {
      private final WatchReceiver receiver;
      private final List<WatchCreateRequest> watches = new ArrayList<>();
      private final Deque<WatchResponse> waiting = new ArrayDeque<>();
      private int requested = 1;
      private boolean canceled;

      Stream(WatchReceiver receiver) {
        this.receiver = receiver;
      }

      @Override
      public void send(WatchRequest request) {
        switch (request.getRequestUnionCase()) {
          case CREATE_REQUEST -> create(request.getCreateRequest());
          case PROGRESS_REQUEST ->
              respond(WatchResponse.newBuilder().setHeader(header()).setWatchId(-1).build());
          case CANCEL_REQUEST, REQUESTUNION_NOT_SET -> throw new AssertionError(request);
        }
      }

      private void create(WatchCreateRequest create) {
        long id = watches.size();
        watches.add(create);
        respond(
            WatchResponse.newBuilder().setHeader(header()).setWatchId(id).setCreated(true).build());
        if (create.getStartRevision() <= compacted) {
          respond(
              WatchResponse.newBuilder()
                  .setHeader(header())
                  .setWatchId(id)
                  .setCanceled(true)
                  .setCompactRevision(compacted)
                  .build());
          return;
        }
        for (Event event : history) {
          if (event.getKv().getModRevision() >= create.getStartRevision()) {
            deliver(event, id);
          }
        }
      }

      void deliver(Event event) {
        for (int id = 0; id < watches.size(); id++) {
          // A watch from a future revision is told nothing before.
          if (event.getKv().getModRevision() >= watches.get(id).getStartRevision()) {
            deliver(event, id);
          }
        }
      }

      private void deliver(Event event, long id) {
        var watch = watches.get((int) id);
        var key = event.getKv().getKey().toStringUtf8();
        if (key.compareTo(watch.getKey().toStringUtf8()) >= 0
            && key.compareTo(watch.getRangeEnd().toStringUtf8()) < 0) {
          respond(
              WatchResponse.newBuilder()
                  .setHeader(header())
                  .setWatchId(id)
                  .addEvents(event)
                  .build());
        }
      }

      private void respond(WatchResponse response) {
        waiting.add(response);
        pump();
      }

      private void pump() {
        while (requested > 0 && !waiting.isEmpty()) {
          requested--;
          var response = waiting.remove();
          scheduler.execute(() -> {
            if (!canceled && !closed && !silent.contains(endpoint)) {
              receiver.received(response);
            }
          });
        }
      }

      @Override
      public void requestOne() {
        requested++;
        pump();
      }

      @Override
      public void cancel() {
        canceled = true;
      }
    }
  }
}

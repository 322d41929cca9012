package dev.byname.source.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.byname.source.etcd.EtcdSession.WatchReceiver;
import dev.byname.source.etcd.EtcdSession.WatchStream;
import dev.byname.source.etcd.MirroredPrefix.Entry;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchProgressRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a listener told of everything that etcd holds below some prefixes.
 *
 * <p>The way of things:
 *
 * <pre>
 * connect ─► probe: a read that a majority confirms, so a cut-off member is left at once
 *              │
 *              ├─ never listed, another cluster, or the store's revision went back ─► list
 *              └─ else ─────────────────────────────────────────────────────────────► watch
 * list ────► page by page, all at the revision of the probe; what is gone since the last list is
 *            removed, what has not changed is not even looked at ─► watch from the next revision
 * watch ───► one stream for all prefixes; the next response is asked for when one has been applied
 *            "compacted" ─► probe and list; anything else ─► connect to the next member
 * </pre>
 *
 * <p>A watch is trusted, but checked: every few seconds a probe must be answered, and every {@code
 * checkInterval} all keys are read with their revisions and compared. A key that is different, and
 * still is after {@link #GRACE}, was lost on the way: it is read and applied. A check that finds
 * nothing also moves the revision that a watch is resumed from, so a quiet prefix does not fall
 * behind the compaction.
 *
 * <p>Revisions alone do not tell everything: after a restore from a backup the store counts on from
 * an earlier revision, and a watch from a later one would wait in silence for events that come
 * again under the same numbers. The probe notices when the revision is lower than what was applied;
 * the check notices a key whose revision went back when the store has already counted past us.
 *
 * <p>All state belongs to one thread, the scheduler's. The listener may block it.
 */
final class EtcdMirror implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EtcdMirror.class);

  static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(5);

  /** How long an event may take from the store to us before it counts as lost. */
  static final Duration GRACE = Duration.ofSeconds(3);

  static final Duration BACKOFF_MIN = Duration.ofMillis(100);
  static final Duration BACKOFF_MAX = Duration.ofSeconds(10);

  /** Keys a check reads one by one; when more are different, a list is cheaper. */
  static final int REPAIRS_MAX = 200;

  private static final int CHECK_PAGE_KEYS = 2000;

  /** {@code WatchCreateRequest.fragment} and {@code WatchResponse.fragment}, since etcd 3.4. */
  private static final int FRAGMENT_REQUEST_FIELD = 8;

  private static final int FRAGMENT_RESPONSE_FIELD = 7;

  /** Stands for a revision that a key does not have. */
  private static final long ABSENT = -1;

  private final List<URI> endpoints;
  private final EtcdConnector connector;
  private final List<MirroredPrefix> prefixes;
  private final MirrorListener listener;
  private final Duration checkInterval;
  private final ScheduledExecutorService scheduler;
  private final InstantSource clock;
  private final RandomGenerator random;

  private int nextMember;

  /** Since the last connection that held for a heartbeat. */
  private int failures;

  /**
   * Goes up whenever what is under way is given up; answers and timers of an earlier epoch are
   * passed over.
   */
  private int epoch;

  private @Nullable URI member;
  private volatile @Nullable EtcdSession session;
  private @Nullable WatchStream stream;

  /** Of this epoch. */
  private final List<Future<?>> timers = new ArrayList<>();

  /** Watches asked for and not yet confirmed, in the order that etcd confirms them. */
  private final Deque<MirroredPrefix> creating = new ArrayDeque<>();

  private final Map<Long, MirroredPrefix> watched = new HashMap<>();

  private volatile boolean closed;

  /** Whether the last list came to its end; only then is there something to resume. */
  private boolean complete;

  private boolean everComplete;

  /** Of the last list that was begun; 0 before the first. */
  private long clusterId;

  /** The highest revision that the store was ever seen at; it can only go up. */
  private long highestSeen;

  private long revision;
  private int round;
  private long relists;
  private long repairs;
  private long lastHeardMillis;
  private String lastProblem = "";

  private volatile MirrorStatus status;

  /**
   * @param prefixes read in this order
   * @param checkInterval between two comparisons of all keys
   * @param scheduler with one thread
   * @param random spreads reconnections and checks of many servers over time
   */
  EtcdMirror(
      List<URI> endpoints,
      EtcdConnector connector,
      List<MirroredPrefix> prefixes,
      MirrorListener listener,
      Duration checkInterval,
      ScheduledExecutorService scheduler,
      InstantSource clock,
      RandomGenerator random) {
    this.endpoints = List.copyOf(endpoints);
    this.connector = connector;
    this.prefixes = List.copyOf(prefixes);
    this.listener = listener;
    this.checkInterval = checkInterval;
    this.scheduler = scheduler;
    this.clock = clock;
    this.random = random;
    String members = endpoints.stream().map(URI::toString).collect(Collectors.joining(", "));
    status =
        new MirrorStatus(false, false, "not connected to etcd at " + members + " yet", 0, 0, 0, 0);
    // A thousand servers started together must not all choose the first member.
    nextMember = random.nextInt(endpoints.size());
  }

  void start() {
    scheduler.execute(guarded(this::connect));
  }

  MirrorStatus status() {
    return status;
  }

  /**
   * Ends the session; from any thread. What the scheduler still holds does nothing any more: it may
   * be shut down at once.
   */
  @Override
  public void close() {
    closed = true;
    var open = session;
    if (open != null) {
      open.close();
    }
  }

  /**
   * Asks for what is left of a lease; called on the mirror's thread. Not answered when there is no
   * connection, or when the member cannot tell: what is known of the lease stays.
   */
  void leaseSeconds(long leaseId, LongConsumer then) {
    var open = session;
    if (open != null) {
      var _ =
          open.leaseSeconds(leaseId)
              .whenComplete((seconds, failure) -> {
                if (failure == null) {
                  then.accept(seconds);
                }
              });
    }
  }

  // Connecting.

  private void connect() {
    if (closed) {
      return;
    }
    var endpoint = endpoints.get(nextMember);
    nextMember = (nextMember + 1) % endpoints.size();
    member = endpoint;
    EtcdSession opened;
    try {
      opened = connector.open(endpoint, scheduler);
    } catch (EtcdFailure failure) {
      lost(failure);
      return;
    }
    session = opened;
    if (closed) {
      opened.close(); // perhaps close() looked for a session just before
      return;
    }
    probe();
  }

  private void probe() {
    // Compared with what was known when the question was put: the answer, confirmed by a majority,
    // cannot be older.
    long seenBefore = highestSeen;
    ask(probeRequest(), response -> resumeOrList(response, seenBefore));
  }

  /** Whether the store is the one that was followed, and has not lost what it had. */
  private boolean sameHistory(ResponseHeader header, long seenBefore) {
    return header.getClusterId() == clusterId && header.getRevision() >= seenBefore;
  }

  /** Gives up the watch and what else is under way; a probe then decides how to go on. */
  private void startOver() {
    endStream();
    probe();
  }

  /** Costs the store one lookup, and is linearizable: a member without a majority fails it. */
  private RangeRequest probeRequest() {
    return RangeRequest.newBuilder()
        .setKey(prefixes.getFirst().start())
        .setLimit(1)
        .setKeysOnly(true)
        .build();
  }

  private void resumeOrList(RangeResponse probe, long seenBefore) {
    var header = probe.getHeader();
    if (clusterId != 0 && !sameHistory(header, seenBefore)) {
      if (header.getClusterId() != clusterId) {
        log.warn("etcd at {} is another cluster than before: all keys are read again", member);
      } else {
        log.warn(
            "etcd at {} is at revision {}, but revision {} was seen before: it has been restored"
                + " from older data, all keys are read again",
            member,
            header.getRevision(),
            seenBefore);
      }
      forgetRevisions();
    }
    highestSeen = Math.max(highestSeen, header.getRevision());
    if (complete) {
      watch();
    } else {
      clusterId = header.getClusterId();
      list(header.getRevision());
    }
  }

  /** The same revision may now be that of another value. */
  private void forgetRevisions() {
    complete = false;
    highestSeen = 0;
    for (MirroredPrefix prefix : prefixes) {
      for (Entry entry : prefix.entries.values()) {
        entry.modRevision = ABSENT;
      }
    }
  }

  // Listing.

  private void list(long atRevision) {
    if (everComplete) {
      relists++;
    }
    complete = false;
    round++;
    publish(true, "reading all keys of etcd at " + member);
    listPrefix(atRevision, prefixes.iterator());
  }

  private void listPrefix(long atRevision, Iterator<MirroredPrefix> rest) {
    if (rest.hasNext()) {
      var prefix = rest.next();
      listPage(atRevision, prefix, prefix.start(), new PageSize(), rest);
    } else {
      listed(atRevision);
    }
  }

  private void listPage(
      long atRevision,
      MirroredPrefix prefix,
      ByteString from,
      PageSize page,
      Iterator<MirroredPrefix> rest) {
    var request =
        RangeRequest.newBuilder()
            .setKey(from)
            .setRangeEnd(prefix.end())
            .setRevision(atRevision)
            // The member has answered the probe at this revision, so it has all of it.
            .setSerializable(true)
            .setLimit(page.keys())
            .build();
    ask(
        request,
        response -> {
          long bytes = 0;
          for (KeyValue entry : response.getKvsList()) {
            bytes += entry.getValue().size();
            listed(prefix, entry);
          }
          page.learn(response.getKvsCount(), bytes);
          if (response.getMore()) {
            var last = response.getKvs(response.getKvsCount() - 1).getKey();
            listPage(atRevision, prefix, keyAfter(last), page, rest);
          } else {
            listPrefix(atRevision, rest);
          }
        });
  }

  private static ByteString keyAfter(ByteString key) {
    return key.concat(ByteString.copyFrom(new byte[1]));
  }

  private void listed(MirroredPrefix prefix, KeyValue keyValue) {
    var rest = prefix.rest(keyValue.getKey());
    if (rest == null) {
      return;
    }
    var entry = prefix.entries.get(rest);
    if (entry == null) {
      prefix.entries.put(rest, new Entry(keyValue.getModRevision(), round));
    } else {
      entry.round = round;
      if (entry.modRevision == keyValue.getModRevision()) {
        return;
      }
      entry.modRevision = keyValue.getModRevision();
    }
    listener.put(prefix, rest, keyValue, true);
  }

  private void listed(long atRevision) {
    for (MirroredPrefix prefix : prefixes) {
      prefix
          .entries
          .entrySet()
          .removeIf(entry -> {
            boolean gone = entry.getValue().round != round;
            if (gone) {
              listener.removed(prefix, entry.getKey());
            }
            return gone;
          });
      prefix.nextRevision = atRevision + 1;
    }
    revision = atRevision;
    complete = true;
    everComplete = true;
    listener.listed();
    watch();
  }

  // Watching.

  private void watch() {
    endStream();
    publish(true, "asking etcd at " + member + " for changes");
    int begun = epoch;
    var opened =
        current()
            .watch(
                new WatchReceiver() {
                  @Override
                  public void received(WatchResponse response) {
                    if (epoch == begun && !closed) {
                      guarded(() -> watched(response)).run();
                    }
                  }

                  @Override
                  public void ended(EtcdFailure reason) {
                    if (epoch == begun && !closed) {
                      lost(reason);
                    }
                  }
                });
    stream = opened;
    for (MirroredPrefix prefix : prefixes) {
      creating.add(prefix);
      opened.send(
          WatchRequest.newBuilder()
              .setCreateRequest(
                  WatchCreateRequest.newBuilder()
                      .setKey(prefix.start())
                      .setRangeEnd(prefix.end())
                      .setStartRevision(prefix.nextRevision)
                      .setProgressNotify(true)
                      .setUnknownFields(flag(FRAGMENT_REQUEST_FIELD)))
              .build());
    }
    after(HEARTBEAT_INTERVAL, this::heartbeat);
  }

  /** jetcd's copy of the protocol is older than this field. */
  private static UnknownFieldSet flag(int field) {
    return UnknownFieldSet.newBuilder()
        .addField(field, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
        .build();
  }

  private void watched(WatchResponse response) {
    heard();
    if (response.getCanceled()) {
      canceled(response);
      return;
    }
    if (response.getCreated()) {
      watched.put(response.getWatchId(), creating.remove());
      if (creating.isEmpty()) {
        established();
      }
    } else {
      var prefix = watched.get(response.getWatchId());
      // A response to our own progress request names no watch, and before etcd 3.4.25 and 3.5.8
      // it could overtake events (etcd issue 15220): it shows life, nothing else.
      if (prefix != null) {
        changed(prefix, response);
      }
    }
    if (stream != null) { // not given up by what was just applied
      stream.requestOne();
    }
  }

  private void canceled(WatchResponse response) {
    if (response.getCompactRevision() != 0) {
      log.info(
          "etcd has compacted its history up to revision {} while we were at {}: all keys are read"
              + " again",
          response.getCompactRevision(),
          revision);
      complete = false;
      startOver();
      return;
    }
    var reason = response.getCancelReason().isEmpty() ? "no reason" : response.getCancelReason();
    var kind = EtcdFailure.kindOf(io.grpc.Status.Code.CANCELLED, reason);
    lost(
        new EtcdFailure(
            reason.contains("permission denied") ? EtcdFailure.Kind.DENIED : kind,
            "the watch was canceled: " + reason));
  }

  private void established() {
    publish(true, "etcd at " + member);
    log.info("following etcd at {} from revision {}", member, revision);
    lastProblem = "";
    after(jittered(checkInterval), this::check);
  }

  private void changed(MirroredPrefix prefix, WatchResponse response) {
    if (response.getEventsCount() == 0) {
      // etcd sends this only when the watch has had all events before.
      prefix.nextRevision = Math.max(prefix.nextRevision, response.getHeader().getRevision() + 1);
    }
    highestSeen = Math.max(highestSeen, response.getHeader().getRevision());
    for (Event event : response.getEventsList()) {
      apply(prefix, event);
    }
    if (response.getEventsCount() > 0) {
      long last = response.getEvents(response.getEventsCount() - 1).getKv().getModRevision();
      // The next fragment may hold more of the same transaction.
      boolean fragment = response.getUnknownFields().hasField(FRAGMENT_RESPONSE_FIELD);
      prefix.nextRevision = Math.max(prefix.nextRevision, fragment ? last : last + 1);
      revision = Math.max(revision, last);
    }
    publish(true, status.detail());
  }

  private void apply(MirroredPrefix prefix, Event event) {
    var keyValue = event.getKv();
    var rest = prefix.rest(keyValue.getKey());
    if (rest == null) {
      return;
    }
    var entry = prefix.entries.get(rest);
    if (entry != null && entry.modRevision >= keyValue.getModRevision()) {
      return; // a repair was quicker, or the event comes twice after a resume
    }
    switch (event.getType()) {
      case PUT -> put(prefix, rest, keyValue);
      case DELETE -> remove(prefix, rest);
      case UNRECOGNIZED -> log.warn("etcd sends an unknown kind of event for {}{}", prefix, rest);
    }
  }

  private void put(MirroredPrefix prefix, String rest, KeyValue keyValue) {
    var entry = prefix.entries.get(rest);
    if (entry == null) {
      prefix.entries.put(rest, new Entry(keyValue.getModRevision(), round));
    } else {
      entry.modRevision = keyValue.getModRevision();
    }
    listener.put(prefix, rest, keyValue, false);
  }

  private void remove(MirroredPrefix prefix, String rest) {
    if (prefix.entries.remove(rest) != null) {
      listener.removed(prefix, rest);
    }
  }

  /** A member that is stopped or cut off does not answer; one that has lost its majority fails. */
  private void heartbeat() {
    if (!creating.isEmpty()) {
      lost(
          new EtcdFailure(
              EtcdFailure.Kind.UNAVAILABLE,
              "the watch of " + creating.peek() + " is not confirmed"));
      return;
    }
    if (stream != null) {
      stream.send(
          WatchRequest.newBuilder()
              .setProgressRequest(WatchProgressRequest.getDefaultInstance())
              .build());
    }
    long seenBefore = highestSeen;
    ask(
        probeRequest(),
        response -> {
          failures = 0;
          if (!sameHistory(response.getHeader(), seenBefore)) {
            startOver();
            return;
          }
          highestSeen = Math.max(highestSeen, response.getHeader().getRevision());
          publish(true, status.detail());
          after(HEARTBEAT_INTERVAL, this::heartbeat);
        });
  }

  // Checking.

  /** A key that was different when it was compared, and what was known of it then. */
  private record Suspect(MirroredPrefix prefix, String rest, long knownRevision) {
    boolean unchanged() {
      return knownRevision == known(prefix, rest);
    }
  }

  private static long known(MirroredPrefix prefix, String rest) {
    var entry = prefix.entries.get(rest);
    return entry == null ? ABSENT : entry.modRevision;
  }

  /** Reads all keys with their revisions, at one revision, and compares. */
  private void check() {
    long seenBefore = highestSeen;
    ask(
        probeRequest(),
        probe -> {
          if (!sameHistory(probe.getHeader(), seenBefore)) {
            startOver();
            return;
          }
          round++;
          checkPrefix(probe.getHeader().getRevision(), prefixes.iterator(), new ArrayList<>());
        });
  }

  private void checkPrefix(long atRevision, Iterator<MirroredPrefix> rest, List<Suspect> suspects) {
    if (rest.hasNext()) {
      var prefix = rest.next();
      checkPage(atRevision, prefix, prefix.start(), rest, suspects);
    } else if (suspects.isEmpty()) {
      for (MirroredPrefix prefix : prefixes) {
        prefix.nextRevision = Math.max(prefix.nextRevision, atRevision + 1);
      }
      revision = Math.max(revision, atRevision);
      publish(true, status.detail());
      after(jittered(checkInterval), this::check);
    } else {
      after(GRACE, () -> judge(suspects));
    }
  }

  private void checkPage(
      long atRevision,
      MirroredPrefix prefix,
      ByteString from,
      Iterator<MirroredPrefix> rest,
      List<Suspect> suspects) {
    var request =
        RangeRequest.newBuilder()
            .setKey(from)
            .setRangeEnd(prefix.end())
            .setRevision(atRevision)
            .setSerializable(true)
            .setKeysOnly(true)
            .setLimit(CHECK_PAGE_KEYS)
            .build();
    ask(
        request,
        response -> {
          for (KeyValue keyValue : response.getKvsList()) {
            if (historyDiffers(prefix, keyValue, atRevision)) {
              log.warn(
                  "{}{} has revision {} in etcd, which is before the one known: the store has been"
                      + " restored from older data; all keys are read again",
                  prefix,
                  prefix.rest(keyValue.getKey()),
                  keyValue.getModRevision());
              forgetRevisions();
              startOver();
              return;
            }
            compare(prefix, keyValue, suspects);
          }
          if (response.getMore()) {
            var last = response.getKvs(response.getKvsCount() - 1).getKey();
            checkPage(atRevision, prefix, keyAfter(last), rest, suspects);
            return;
          }
          prefix.entries.forEach((key, entry) -> {
            if (entry.round != round && entry.modRevision <= atRevision) {
              suspects.add(new Suspect(prefix, key, entry.modRevision));
            }
          });
          checkPrefix(atRevision, rest, suspects);
        });
  }

  /** Whether a change that we know of, and that the read includes, has not happened in it. */
  private static boolean historyDiffers(MirroredPrefix prefix, KeyValue keyValue, long atRevision) {
    var rest = prefix.rest(keyValue.getKey());
    if (rest == null) {
      return false;
    }
    long known = known(prefix, rest);
    return known > keyValue.getModRevision() && known <= atRevision;
  }

  private void compare(MirroredPrefix prefix, KeyValue keyValue, List<Suspect> suspects) {
    var rest = prefix.rest(keyValue.getKey());
    if (rest == null) {
      return;
    }
    var entry = prefix.entries.get(rest);
    if (entry != null) {
      entry.round = round;
    }
    long known = entry == null ? ABSENT : entry.modRevision;
    if (known < keyValue.getModRevision()) {
      suspects.add(new Suspect(prefix, rest, known));
    }
  }

  /** Whatever was only late has arrived by now. */
  private void judge(List<Suspect> suspects) {
    var lost = new ArrayDeque<Suspect>();
    for (Suspect suspect : suspects) {
      if (suspect.unchanged()) {
        lost.add(suspect);
      }
    }
    if (lost.size() > REPAIRS_MAX) {
      log.warn("{} keys differ from etcd at {}: all keys are read again", lost.size(), member);
      repairs += lost.size();
      complete = false;
      startOver();
      return;
    }
    repair(lost, repairs);
  }

  private void repair(Deque<Suspect> lost, long repairsBefore) {
    var suspect = lost.poll();
    if (suspect == null) {
      if (repairs == repairsBefore) {
        after(jittered(checkInterval), this::check);
        return;
      }
      log.warn(
          "{} changes had not arrived from etcd at {} and were read instead; watching anew",
          repairs - repairsBefore,
          member);
      watch();
      return;
    }
    var request =
        RangeRequest.newBuilder()
            .setKey(suspect.prefix.start().concat(ByteString.copyFromUtf8(suspect.rest)))
            .build();
    ask(
        request,
        response -> {
          if (suspect.unchanged()) {
            if (response.getKvsCount() == 0) {
              if (suspect.knownRevision != ABSENT) {
                repairs++;
                remove(suspect.prefix, suspect.rest);
              }
            } else if (response.getKvs(0).getModRevision() != suspect.knownRevision) {
              repairs++;
              put(suspect.prefix, suspect.rest, response.getKvs(0));
            }
          }
          repair(lost, repairsBefore);
        });
  }

  // Failing.

  private EtcdSession current() {
    return Objects.requireNonNull(session, "no session");
  }

  private void ask(RangeRequest request, Consumer<RangeResponse> then) {
    int begun = epoch;
    var _ =
        current()
            .range(request)
            .whenComplete((response, failure) -> {
              if (epoch != begun || closed) {
                return;
              }
              if (failure != null) {
                var cause = failure.getCause();
                lost(
                    EtcdFailure.of(
                        failure instanceof CompletionException && cause != null ? cause : failure));
                return;
              }
              heard();
              guarded(() -> then.accept(response)).run();
            });
  }

  private void after(Duration delay, Runnable task) {
    int begun = epoch;
    timers.removeIf(Future::isDone);
    timers.add(
        scheduler.schedule(
            guarded(() -> {
              if (epoch == begun && !closed) {
                task.run();
              }
            }),
            delay.toNanos(),
            TimeUnit.NANOSECONDS));
  }

  private void heard() {
    lastHeardMillis = clock.millis();
  }

  /** Gives up the session; another one is opened after a while. */
  private void lost(EtcdFailure failure) {
    endSession();
    if (closed) {
      return;
    }
    if (failure.kind() == EtcdFailure.Kind.COMPACTED) {
      complete = false; // in mid-list; the next one begins at a newer revision
    }
    failures++;
    var problem = "etcd at " + member + ": " + failure.getMessage();
    // Once for each kind of trouble, not once for each member and attempt.
    if (!String.valueOf(failure.getMessage()).equals(lastProblem)) {
      log.warn("{}; {}", problem, everComplete ? "serving what is known" : "nothing is known yet");
      lastProblem = String.valueOf(failure.getMessage());
    }
    publish(false, problem);
    after(backoff(), this::connect);
  }

  /** Every other member is tried at once; then ever more slowly. */
  private Duration backoff() {
    int rounds = (failures - 1) / endpoints.size();
    boolean nextOfRound = failures % endpoints.size() != 0;
    if (rounds == 0 && nextOfRound) {
      return BACKOFF_MIN.dividedBy(10).plus(fraction(BACKOFF_MIN));
    }
    var full = BACKOFF_MIN.multipliedBy(1L << Math.min(rounds, 10));
    var capped = full.compareTo(BACKOFF_MAX) < 0 ? full : BACKOFF_MAX;
    return capped.dividedBy(2).plus(fraction(capped.dividedBy(2)));
  }

  private Duration jittered(Duration interval) {
    return interval
        .multipliedBy(4)
        .dividedBy(5)
        .plus(fraction(interval.multipliedBy(2).dividedBy(5)));
  }

  private Duration fraction(Duration most) {
    return Duration.ofNanos((long) (random.nextDouble() * most.toNanos()));
  }

  /** A mistake of ours must not end the mirror in silence: it starts over. */
  private Runnable guarded(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException bug) {
        log.error("reading etcd failed", bug);
        complete = false;
        lost(new EtcdFailure(EtcdFailure.Kind.UNAVAILABLE, "internal error: " + bug));
      }
    };
  }

  private void endStream() {
    epoch++;
    timers.forEach(timer -> timer.cancel(false));
    timers.clear();
    creating.clear();
    watched.clear();
    if (stream != null) {
      var ending = stream;
      stream = null;
      ending.cancel();
    }
  }

  private void endSession() {
    endStream();
    if (session != null) {
      var ending = session;
      session = null;
      ending.close();
    }
  }

  private void publish(boolean connected, String detail) {
    status =
        new MirrorStatus(
            connected, everComplete, detail, lastHeardMillis, revision, relists, repairs);
  }
}

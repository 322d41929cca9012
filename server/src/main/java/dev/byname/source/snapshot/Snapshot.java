package dev.byname.source.snapshot;

import dev.byname.cluster.ClusterChange;
import dev.byname.cluster.ClusterListener;
import dev.byname.cluster.ClusterObject;
import dev.byname.cluster.ClusterState;
import dev.byname.cluster.ClusterState.Change;
import dev.byname.cluster.ClusterState.Standing;
import dev.byname.source.SourceStatus;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the last known good picture of one {@link ClusterState} in a file.
 *
 * <pre>{@code
 * var snapshot = new Snapshot(config, origin, state, source::status, scheduler, clock);
 * snapshot.restore();   // before the source starts
 * source.start();
 * snapshot.start();
 * }</pre>
 */
public final class Snapshot implements ClusterListener, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Snapshot.class);

  /** What became of the file at the start. */
  public sealed interface Restoration {
    /**
     * The file's picture is now the state's.
     *
     * @param asOf until when the picture was known to be right
     */
    record Restored(int objects, Instant asOf) implements Restoration {}

    /** There is no file yet. */
    record Absent() implements Restoration {}

    /** The file was not used. */
    record Refused(String reason) implements Restoration {}
  }

  /**
   * What an operator would want to know of the file.
   *
   * @param stale whether answers come from the file because the source has not delivered yet
   * @param asOf of the picture in the file; the epoch when there is none
   * @param writes files written since the start
   * @param failures writes that failed
   */
  public record Status(boolean stale, Instant asOf, long writes, long failures) {}

  private final SnapshotConfig config;
  private final String origin;
  private final ClusterState state;
  private final Supplier<SourceStatus> source;
  private final ScheduledExecutorService scheduler;
  private final InstantSource clock;
  private final SnapshotFile file;

  private volatile boolean changed;
  private @Nullable ScheduledFuture<?> timer;

  // Written by the thread that writes the file.
  private volatile Instant asOf = Instant.EPOCH;
  private volatile long writes;
  private volatile long failures;
  private boolean failing;

  /**
   * @param origin names the cluster; a file of another origin is refused
   * @param source tells whether the picture is up to date, or when it was
   * @param scheduler its thread does the writing
   */
  public Snapshot(
      SnapshotConfig config,
      String origin,
      ClusterState state,
      Supplier<SourceStatus> source,
      ScheduledExecutorService scheduler,
      InstantSource clock) {
    this.config = config;
    this.origin = origin;
    this.state = state;
    this.source = source;
    this.scheduler = scheduler;
    this.clock = clock;
    this.file = new SnapshotFile(config.file());
  }

  /**
   * Puts the file's picture into the state. To be called before anything else writes to the state:
   * it does so on the calling thread.
   */
  public Restoration restore() {
    var restoration = read();
    switch (restoration) {
      case Restoration.Restored(int objects, Instant at) ->
          log.info("answering from the snapshot {} of {} ({} objects)", config.file(), at, objects);
      case Restoration.Absent() -> log.info("no snapshot {} yet", config.file());
      case Restoration.Refused(String reason) ->
          log.warn("snapshot {} is ignored: {}", config.file(), reason);
    }
    return restoration;
  }

  /** Starts writing in the background. */
  public void start() {
    changed = true;
    state.addListener(this);
    long intervalNanos = config.writeInterval().toNanos();
    timer =
        scheduler.scheduleWithFixedDelay(
            this::writeIfDue, intervalNanos, intervalNanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void onChange(ClusterChange change) {
    changed = true;
  }

  /** True while answers come from the file: it was restored and the source has not synced yet. */
  public boolean stale() {
    return state.standing() == Standing.RESTORED;
  }

  public Status status() {
    return new Status(stale(), asOf, writes, failures);
  }

  /** Writes what has changed since the last write, on the calling thread, and stops. */
  @Override
  public void close() {
    state.removeListener(this);
    if (timer != null) {
      timer.cancel(false);
      writeIfDue();
    }
  }

  private Restoration read() {
    Picture picture;
    try {
      picture = file.read();
    } catch (RefusedException refused) {
      return new Restoration.Refused(String.valueOf(refused.getMessage()));
    } catch (IOException failed) {
      return new Restoration.Refused("it cannot be read: " + failed);
    }
    if (picture == null) {
      return new Restoration.Absent();
    }
    if (!picture.origin().equals(origin)) {
      return new Restoration.Refused(
          "it was taken from " + picture.origin() + ", this is " + origin);
    }
    var age = Duration.between(picture.asOf(), clock.instant());
    if (!config.maxAge().isZero() && age.compareTo(config.maxAge()) > 0) {
      return new Restoration.Refused(
          "it is of " + picture.asOf() + ", older than max_age " + config.maxAge());
    }
    var changes = new ArrayList<Change>(picture.objects().size() + 1);
    for (ClusterObject object : picture.objects()) {
      changes.add(new Change.Put(object));
    }
    changes.add(new Change.Restored());
    state.apply(changes);
    asOf = picture.asOf();
    return new Restoration.Restored(picture.objects().size(), picture.asOf());
  }

  private synchronized void writeIfDue() {
    // A picture that is still being read would overwrite a complete one.
    if (!state.synced()) {
      return;
    }
    var now = clock.instant();
    var status = source.get();
    var rightUntil = status.connected() ? now : Instant.ofEpochMilli(status.lastEventEpochMillis());
    boolean refresh = Duration.between(asOf, rightUntil).compareTo(config.refreshInterval()) >= 0;
    if (!changed && !refresh) {
      return;
    }
    changed = false; // before reading: what changes from here on is written the next time
    try {
      file.write(new Picture(rightUntil, origin, objects()));
      asOf = rightUntil;
      writes++;
      if (failing) {
        failing = false;
        log.info("snapshot {} is written again", config.file());
      }
    } catch (IOException failed) {
      changed = true;
      failures++;
      if (!failing) {
        failing = true;
        log.warn(
            "snapshot {} cannot be written, will be tried again: {}",
            config.file(),
            failed.toString());
      }
    }
  }

  private List<ClusterObject> objects() {
    var objects = new ArrayList<ClusterObject>();
    for (var kind : ClusterObject.Kind.values()) {
      for (var key : state.keys(kind)) {
        var object = state.object(kind, key);
        if (object != null) {
          objects.add(object);
        }
      }
    }
    return objects;
  }
}

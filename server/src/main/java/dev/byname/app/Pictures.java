package dev.byname.app;

import dev.byname.cluster.ClusterState;
import dev.byname.cluster.ClusterState.Standing;
import dev.byname.cluster.ClusterWriter;
import dev.byname.cluster.IpAddress;
import dev.byname.plugin.kubernetes.ClusterPicture;
import dev.byname.plugin.kubernetes.PictureSource;
import dev.byname.source.Source;
import dev.byname.source.SourceStatus;
import dev.byname.source.snapshot.Snapshot;
import dev.byname.source.snapshot.SnapshotConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pictures of clusters that are open. Those who ask for the same one share it; across a reload
 * it stays, so a new configuration starts with everything known. Used by the thread that loads
 * configurations.
 */
final class Pictures implements ClusterPicture.Provider, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Pictures.class);

  /** A picture, and how many hold it. */
  private static final class Shared implements ClusterPicture {
    final PictureSource from;
    final long openedNanos;
    final ClusterWriter writer;
    final Source source;
    final @Nullable Keeping snapshot;
    int holders;

    Shared(
        PictureSource from,
        long openedNanos,
        ClusterWriter writer,
        Source source,
        @Nullable Keeping snapshot) {
      this.from = from;
      this.openedNanos = openedNanos;
      this.writer = writer;
      this.source = source;
      this.snapshot = snapshot;
    }

    void close() {
      source.close();
      if (snapshot != null) {
        snapshot.close();
      }
      writer.close();
    }

    @Override
    public ClusterState state() {
      return writer.state();
    }

    @Override
    public void whileStill(Runnable action) {
      writer.call(action);
    }

    @Override
    public long openedNanos() {
      return openedNanos;
    }

    @Override
    public String detail() {
      return source.status().detail();
    }
  }

  /** A snapshot and the thread that writes it: a disk that hangs must not hold timers up. */
  private record Keeping(Snapshot snapshot, ScheduledExecutorService thread) {
    void close() {
      snapshot.close();
      thread.shutdown();
    }
  }

  private final SourceFactory sources;
  private final Clocks clocks;
  private final List<IpAddress> localAddresses;
  private final Map<PictureSource, Shared> open = new HashMap<>();

  Pictures(SourceFactory sources, Clocks clocks, List<IpAddress> localAddresses) {
    this.sources = sources;
    this.clocks = clocks;
    this.localAddresses = List.copyOf(localAddresses);
  }

  @Override
  public synchronized ClusterPicture open(PictureSource from) {
    Shared shared = open.get(from);
    if (shared == null) {
      var state = new ClusterState(() -> clocks.epochMillis().getAsLong() / 1000);
      var writer = new ClusterWriter(state, Integer.toString(open.size() + 1));
      Source source;
      try {
        source = sources.create(from, state, writer);
      } catch (ConfigurationException e) {
        writer.close();
        throw e;
      }
      shared =
          new Shared(
              from, clocks.nanoTime().getAsLong(), writer, source, snapshot(from, state, source));
      open.put(from, shared);
      log.info("reading the cluster from {}", from.origin());
      source.start();
    }
    shared.holders++;
    return shared;
  }

  /** The last known good picture answers at once, while the source connects. */
  private @Nullable Keeping snapshot(PictureSource from, ClusterState state, Source source) {
    if (from.snapshot() == null) {
      return null;
    }
    var config =
        new SnapshotConfig(
            from.snapshot().file(),
            from.snapshot().maxAge(),
            SnapshotConfig.DEFAULT_WRITE_INTERVAL);
    ScheduledExecutorService thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("snapshot").daemon().factory());
    var snapshot =
        new Snapshot(
            config,
            source.origin() + from.selection(),
            state,
            source::status,
            thread,
            clocks.instants());
    snapshot.restore();
    snapshot.start();
    return new Keeping(snapshot, thread);
  }

  @Override
  public synchronized void release(ClusterPicture picture) {
    if (picture instanceof Shared shared && --shared.holders == 0) {
      open.remove(shared.from);
      shared.close();
    }
  }

  @Override
  public List<IpAddress> localAddresses() {
    return localAddresses;
  }

  /** How the sources of all open pictures are doing. */
  synchronized List<SourceStatus> statuses() {
    List<SourceStatus> statuses = new ArrayList<>();
    open.values().forEach(shared -> statuses.add(shared.source.status()));
    return statuses;
  }

  /** Whether answers of some picture come from its snapshot. */
  synchronized boolean stale() {
    return open.values().stream()
        .anyMatch(shared -> shared.state().standing() == Standing.RESTORED);
  }

  synchronized List<ClusterState> states() {
    List<ClusterState> states = new ArrayList<>();
    open.values().forEach(shared -> states.add(shared.state()));
    return states;
  }

  @Override
  public synchronized void close() {
    open.values().forEach(Shared::close);
    open.clear();
  }
}

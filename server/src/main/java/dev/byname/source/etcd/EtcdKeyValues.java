package dev.byname.source.etcd;

import dev.byname.source.SourceStatus;
import io.etcd.jetcd.api.KeyValue;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.random.RandomGenerator;

/**
 * Keys and values below a path of etcd, for who makes his own sense of them; kept up to date as
 * {@link EtcdSource} does, and with what is left of their leases.
 */
public final class EtcdKeyValues implements AutoCloseable {
  /** Told what is there, by one thread; may block, then etcd waits too. */
  public interface Listener {
    /**
     * A key is new or has a new value.
     *
     * @param key without the path and the slash behind it
     * @param leaseId 0 for none
     */
    void put(String key, byte[] value, long leaseId);

    /** A key is gone. */
    void removed(String key);

    /** Everything has been put; told after the first list and after each relist. */
    void listed();
  }

  private final EtcdMirror mirror;
  private final LeaseTimes leases;

  /**
   * Makes one that waits for {@link #start}.
   *
   * @param path begins with a slash, does not end with one
   * @param checkInterval see {@link EtcdSourceConfig#checkInterval}
   * @param scheduler with one thread, for this alone; may be shut down at once when this is closed
   * @param random spreads reconnections and checks of many servers over time
   */
  public EtcdKeyValues(
      EtcdConnectionConfig connection,
      String path,
      Duration checkInterval,
      Listener listener,
      ScheduledExecutorService scheduler,
      InstantSource clock,
      RandomGenerator random) {
    this(
        connection,
        new GrpcConnector(connection),
        path,
        checkInterval,
        listener,
        scheduler,
        clock,
        random);
  }

  EtcdKeyValues(
      EtcdConnectionConfig connection,
      EtcdConnector connector,
      String path,
      Duration checkInterval,
      Listener listener,
      ScheduledExecutorService scheduler,
      InstantSource clock,
      RandomGenerator random) {
    mirror =
        new EtcdMirror(
            connection.endpoints(),
            connector,
            List.of(new MirroredPrefix(path + "/")),
            new Translation(listener),
            checkInterval,
            scheduler,
            clock,
            random);
    leases = new LeaseTimes(mirror, scheduler, clock);
  }

  public void start() {
    mirror.start();
    leases.start();
  }

  public SourceStatus status() {
    var status = mirror.status();
    return new SourceStatus(
        status.connected(),
        status.detail(),
        status.lastHeardEpochMillis(),
        status.revision(),
        status.relists(),
        status.repairs(),
        0);
  }

  /**
   * What is left of the lease of a key.
   *
   * @return seconds, never more than it really has unless it is revoked; 0 when that is not known
   */
  public long leaseSeconds(long leaseId) {
    return leases.secondsOf(leaseId);
  }

  @Override
  public void close() {
    leases.close();
    mirror.close();
  }

  private final class Translation implements MirrorListener {
    private final Listener listener;

    Translation(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void put(MirroredPrefix prefix, String rest, KeyValue entry, boolean listed) {
      leases.uses(rest, entry.getLease());
      listener.put(rest, entry.getValue().toByteArray(), entry.getLease());
    }

    @Override
    public void removed(MirroredPrefix prefix, String rest) {
      leases.uses(rest, 0);
      listener.removed(rest);
    }

    @Override
    public void listed() {
      listener.listed();
    }
  }
}

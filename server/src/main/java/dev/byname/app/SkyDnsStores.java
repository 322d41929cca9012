package dev.byname.app;

import dev.byname.plugin.etcd.SkyDnsMessages;
import dev.byname.plugin.etcd.SkyDnsSource;
import dev.byname.plugin.etcd.SkyDnsStore;
import dev.byname.source.SourceStatus;
import dev.byname.source.etcd.EtcdConnectionConfig;
import dev.byname.source.etcd.EtcdKeyValues;
import dev.byname.source.etcd.EtcdSourceConfig;
import java.net.URI;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The SkyDNS messages that {@code etcd} blocks answer from. Those who ask for the same share them;
 * across a reload they stay, so a new configuration starts with everything known. Used by the
 * thread that loads configurations.
 */
final class SkyDnsStores implements SkyDnsStore.Provider, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SkyDnsStores.class);

  /** Messages, what keeps them up to date, and how many hold them. */
  private static final class Shared implements SkyDnsStore {
    final SkyDnsSource from;
    final SkyDnsMessages messages;
    final EtcdKeyValues keyValues;
    final ScheduledExecutorService thread;
    int holders;

    Shared(
        SkyDnsSource from,
        SkyDnsMessages messages,
        EtcdKeyValues keyValues,
        ScheduledExecutorService thread) {
      this.from = from;
      this.messages = messages;
      this.keyValues = keyValues;
      this.thread = thread;
    }

    @Override
    public SkyDnsMessages messages() {
      return messages;
    }

    @Override
    public long leaseSeconds(long leaseId) {
      return keyValues.leaseSeconds(leaseId);
    }

    @Override
    public String detail() {
      return keyValues.status().detail();
    }

    void close() {
      keyValues.close();
      thread.shutdownNow();
    }
  }

  private final Clocks clocks;
  private final Map<SkyDnsSource, Shared> open = new HashMap<>();

  SkyDnsStores(Clocks clocks) {
    this.clocks = clocks;
  }

  @Override
  public synchronized SkyDnsStore open(SkyDnsSource from) {
    Shared shared = open.get(from);
    if (shared == null) {
      shared = create(from);
      open.put(from, shared);
      log.info("reading SkyDNS messages from {}", from);
      shared.keyValues.start();
    }
    shared.holders++;
    return shared;
  }

  @Override
  public synchronized void release(SkyDnsStore store) {
    if (store instanceof Shared shared && --shared.holders == 0) {
      open.remove(shared.from);
      shared.close();
    }
  }

  /** How the sources of all open stores are doing. */
  synchronized List<SourceStatus> statuses() {
    List<SourceStatus> statuses = new ArrayList<>();
    open.values().forEach(shared -> statuses.add(statusOf(shared)));
    return statuses;
  }

  @Override
  public synchronized void close() {
    open.values().forEach(Shared::close);
    open.clear();
  }

  private static SourceStatus statusOf(Shared shared) {
    var status = shared.keyValues.status();
    return new SourceStatus(
        status.connected(),
        status.detail(),
        status.lastEventEpochMillis(),
        status.revision(),
        status.relists(),
        status.repairs(),
        shared.messages.malformed());
  }

  private Shared create(SkyDnsSource from) {
    Logging.quietGrpc();
    var messages = new SkyDnsMessages();
    // The mirror waits while values are read; nobody else may wait with it.
    var thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("skydns-etcd").daemon().factory());
    try {
      var keyValues =
          new EtcdKeyValues(
              connection(from),
              from.path(),
              EtcdSourceConfig.DEFAULT_CHECK_INTERVAL,
              new Filling(messages),
              thread,
              clocks.instants(),
              new SecureRandom());
      return new Shared(from, messages, keyValues, thread);
    } catch (IllegalArgumentException e) {
      thread.shutdownNow();
      throw new ConfigurationException(String.valueOf(e.getMessage()), e);
    }
  }

  private static EtcdConnectionConfig connection(SkyDnsSource from) {
    var connection =
        EtcdConnectionConfig.of(from.endpoints().stream().map(URI::create).toArray(URI[]::new));
    if (from.tls() != null) {
      connection =
          connection.withTls(
              new EtcdConnectionConfig.Tls(
                  from.tls().ca(), from.tls().certificate(), from.tls().key(), null));
    }
    if (!from.user().isEmpty()) {
      connection =
          connection.withCredentials(
              new EtcdConnectionConfig.Credentials(from.user(), from.password()));
    }
    return connection;
  }

  private record Filling(SkyDnsMessages messages) implements EtcdKeyValues.Listener {
    @Override
    public void put(String key, byte[] value, long leaseId) {
      messages.put(key, value, leaseId);
    }

    @Override
    public void removed(String key) {
      messages.remove(key);
    }

    @Override
    public void listed() {
      messages.complete();
    }
  }
}

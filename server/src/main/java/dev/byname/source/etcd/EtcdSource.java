package dev.byname.source.etcd;

import dev.byname.cluster.ClusterObject;
import dev.byname.cluster.ClusterObject.Kind;
import dev.byname.cluster.ClusterSink;
import dev.byname.cluster.ClusterState;
import dev.byname.cluster.ObjectKey;
import dev.byname.source.DecodeOptions;
import dev.byname.source.Decoded;
import dev.byname.source.ObjectDecoder;
import dev.byname.source.ObjectFeed;
import dev.byname.source.ProgrammingLatency;
import dev.byname.source.Source;
import dev.byname.source.SourceStatus;
import io.etcd.jetcd.api.KeyValue;
import java.net.URI;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster as the API server stores it in etcd.
 *
 * <p>EndpointSlices and Endpoints are both read, and the picture prefers the slices of a service:
 * that there are some slices says nothing, because the API server itself writes one for the service
 * {@code kubernetes} even where no controller writes any other.
 *
 * <p>A value that cannot be decoded leaves its object as it was, is counted, and is named once.
 */
public final class EtcdSource implements Source {
  private static final Logger log = LoggerFactory.getLogger(EtcdSource.class);

  /** Objects of one kind that are named in the log; a thousandth name helps nobody. */
  private static final int NAMED_MAX = 20;

  private final String origin;
  private final EtcdMirror mirror;
  private final ProgrammingLatency.Recorder latency;
  private final Translation translation;

  /**
   * Makes a source that waits for {@link #start}.
   *
   * @param state what {@code sink} fills. Objects that are in it at the start, from a snapshot, are
   *     answered until the first list says otherwise
   * @param scheduler with one thread, for this source alone: it waits when the sink is full. May be
   *     shut down at once ({@code shutdownNow}) when the source is closed
   * @param random spreads reconnections and checks of many servers over time
   */
  public EtcdSource(
      EtcdSourceConfig config,
      DecodeOptions options,
      ClusterSink sink,
      ClusterState state,
      ScheduledExecutorService scheduler,
      InstantSource clock,
      RandomGenerator random,
      ProgrammingLatency latency) {
    this(
        config,
        new GrpcConnector(config.connection()),
        options,
        sink,
        state,
        scheduler,
        clock,
        random,
        latency);
  }

  EtcdSource(
      EtcdSourceConfig config,
      EtcdConnector connector,
      DecodeOptions options,
      ClusterSink sink,
      ClusterState state,
      ScheduledExecutorService scheduler,
      InstantSource clock,
      RandomGenerator random,
      ProgrammingLatency latency) {
    var prefixes = new EnumMap<StoredResource, MirroredPrefix>(StoredResource.class);
    for (StoredResource resource : StoredResource.values()) {
      if (options.wants(resource.kind())) {
        prefixes.put(resource, new MirroredPrefix(resource.path(config.prefix())));
      }
    }
    origin = origin(config);
    this.latency = new ProgrammingLatency.Recorder(state, clock, latency);
    translation = new Translation(prefixes, options, sink, state, this.latency);
    mirror =
        new EtcdMirror(
            config.connection().endpoints(),
            connector,
            List.copyOf(prefixes.values()),
            translation,
            config.checkInterval(),
            scheduler,
            clock,
            random);
  }

  @Override
  public String origin() {
    return origin;
  }

  /** The same for every order of the endpoints. */
  static String origin(EtcdSourceConfig config) {
    return config.connection().endpoints().stream()
        .map(URI::toString)
        .sorted()
        .collect(Collectors.joining(" ", "etcd ", " below " + config.prefix()));
  }

  @Override
  public void start() {
    latency.start();
    mirror.start();
  }

  @Override
  public SourceStatus status() {
    var status = mirror.status();
    return new SourceStatus(
        status.connected(),
        status.detail(),
        status.lastHeardEpochMillis(),
        status.revision(),
        status.relists(),
        status.repairs(),
        translation.passedOverCount);
  }

  @Override
  public void close() {
    mirror.close();
    latency.close();
  }

  /** From keys and values to objects. Used by the mirror's thread. */
  private static final class Translation implements MirrorListener {
    private final Map<MirroredPrefix, StoredResource> resources = new HashMap<>();
    private final ObjectDecoder decoder;
    private final ObjectFeed feed;
    private final ClusterSink sink;
    private final ClusterState state;
    private final ProgrammingLatency.Recorder latency;

    /** What the first list has put so far; null when it is over. */
    private @Nullable Map<Kind, Set<ObjectKey>> firstList = new EnumMap<>(Kind.class);

    private final Map<Kind, Set<ObjectKey>> unreadable = new EnumMap<>(Kind.class);

    private final Set<StoredResource> encrypted = EnumSet.noneOf(StoredResource.class);

    /** What cannot be read at present; the keys are the mirror's own. */
    private final Map<StoredResource, Set<String>> passedOver = new EnumMap<>(StoredResource.class);

    /** Those of them that were named in the log. */
    private final Map<StoredResource, Set<String>> named = new EnumMap<>(StoredResource.class);

    private volatile long passedOverCount;

    Translation(
        Map<StoredResource, MirroredPrefix> prefixes,
        DecodeOptions options,
        ClusterSink sink,
        ClusterState state,
        ProgrammingLatency.Recorder latency) {
      prefixes.forEach((resource, prefix) -> resources.put(prefix, resource));
      decoder = new ObjectDecoder(options);
      feed = new ObjectFeed(sink);
      this.sink = sink;
      this.state = state;
      this.latency = latency;
    }

    @Override
    public void put(MirroredPrefix prefix, String rest, KeyValue entry, boolean listed) {
      var resource = resource(prefix);
      var key = resource.objectKey(rest);
      if (key == null) {
        passOver(resource, prefix, rest, "its key is not that of a " + resource.kind().apiName());
        return;
      }
      switch (StoredValue.of(entry.getValue())) {
        case StoredValue.KubernetesObject(var tree) -> {
          var decoded = decoder.decodeObject(tree);
          if (!listed && decoded instanceof Decoded.Objects changed) {
            latency.changing(tree, changed.objects());
          }
          apply(resource, prefix, rest, key, decoded);
        }
        case StoredValue.Unreadable(var reason) -> {
          foundUnreadable(resource.kind(), key);
          passOver(resource, prefix, rest, reason);
        }
        case StoredValue.Encrypted(var transformer) -> {
          foundUnreadable(resource.kind(), key);
          encrypted(resource, prefix, rest, transformer);
        }
      }
    }

    /** Configured by kind, so said once for each kind. */
    private void encrypted(
        StoredResource resource, MirroredPrefix prefix, String rest, String transformer) {
      count(resource, rest);
      if (encrypted.add(resource)) {
        log.warn(
            "{}{} is encrypted at rest ({}), as others below {} may be; leave {} out of the API"
                + " server's EncryptionConfiguration and write them again, or let Byname read from"
                + " the Kubernetes API",
            prefix,
            rest,
            transformer,
            prefix,
            resource.resource());
      }
    }

    private void apply(
        StoredResource resource,
        MirroredPrefix prefix,
        String rest,
        ObjectKey key,
        Decoded decoded) {
      switch (decoded) {
        case Decoded.Objects(var kind, var ownKey, var objects) -> {
          if (kind == resource.kind() && ownKey.equals(key)) {
            decoded(resource, rest);
            for (ClusterObject object : objects) {
              found(object.kind(), object.key());
            }
            feed.apply(decoded);
          } else {
            foundUnreadable(resource.kind(), key);
            passOver(resource, prefix, rest, "it says that it is " + kind.apiName() + " " + ownKey);
          }
        }
        case Decoded.LeftOut(_, _, var reason) -> {
          decoded(resource, rest);
          log.debug("{}{} is left out: {}", prefix, rest, reason);
          feed.remove(resource.kind(), key);
        }
        case Decoded.OtherKind(var apiVersion, var kind) ->
            passOver(resource, prefix, rest, "it is a " + apiVersion + " " + kind);
        case Decoded.Undecodable(_, _, var problems) -> {
          foundUnreadable(resource.kind(), key);
          passOver(
              resource,
              prefix,
              rest,
              problems.stream().map(Decoded.Problem::toString).collect(Collectors.joining("; ")));
        }
      }
    }

    @Override
    public void removed(MirroredPrefix prefix, String rest) {
      var resource = resource(prefix);
      uncount(resource, rest);
      var key = resource.objectKey(rest);
      if (key != null) {
        feed.remove(resource.kind(), key);
      }
    }

    @Override
    public void listed() {
      if (firstList == null) {
        return;
      }
      removeWhatIsNotInEtcd(firstList);
      firstList = null;
      unreadable.clear();
      sink.synced();
    }

    /** The picture may come from a snapshot, and things may have gone since. */
    private void removeWhatIsNotInEtcd(Map<Kind, Set<ObjectKey>> found) {
      for (Kind kind : Kind.values()) {
        var current = found.getOrDefault(kind, Set.of());
        var kept = unreadable.getOrDefault(kind, Set.of());
        for (ObjectKey key : state.keys(kind)) {
          if (!current.contains(key) && !kept.contains(whole(key))) {
            sink.remove(kind, key);
          }
        }
      }
    }

    /** The object of a part, see {@link ObjectDecoder#partKey}. */
    private static ObjectKey whole(ObjectKey key) {
      int slash = key.name().indexOf('/');
      return slash < 0 ? key : new ObjectKey(key.namespace(), key.name().substring(0, slash));
    }

    /** All parts of an object that cannot be read stay as they were. */
    private void foundUnreadable(Kind kind, ObjectKey key) {
      if (firstList != null) {
        unreadable.computeIfAbsent(kind, _ -> new HashSet<>()).add(key);
      }
    }

    private void found(Kind kind, ObjectKey key) {
      if (firstList != null) {
        firstList.computeIfAbsent(kind, _ -> new HashSet<>()).add(key);
      }
    }

    private StoredResource resource(MirroredPrefix prefix) {
      var resource = resources.get(prefix);
      if (resource == null) {
        throw new IllegalStateException("nobody asked for " + prefix);
      }
      return resource;
    }

    private void passOver(
        StoredResource resource, MirroredPrefix prefix, String rest, String reason) {
      count(resource, rest);
      var names = named.computeIfAbsent(resource, _ -> new HashSet<>());
      if (names.size() < NAMED_MAX && names.add(rest)) {
        log.warn("{}{} is passed over: {}", prefix, rest, reason);
        if (names.size() == NAMED_MAX) {
          log.warn("further ones below {} are counted, but not named", prefix);
        }
      }
    }

    private void decoded(StoredResource resource, String rest) {
      if (uncount(resource, rest)) {
        log.info("{} {} can be read now", resource.kind().apiName(), rest);
      }
    }

    private void count(StoredResource resource, String rest) {
      if (passedOver.computeIfAbsent(resource, _ -> new HashSet<>()).add(rest)) {
        passedOverCount = passedOver.values().stream().mapToLong(Set::size).sum();
      }
    }

    /** Returns whether the log is to say that it can be read, since it said the opposite. */
    private boolean uncount(StoredResource resource, String rest) {
      var unread = passedOver.get(resource);
      if (unread == null || !unread.remove(rest)) {
        return false;
      }
      passedOverCount = passedOver.values().stream().mapToLong(Set::size).sum();
      var names = named.get(resource);
      return names != null && names.size() < NAMED_MAX && names.remove(rest);
    }
  }
}

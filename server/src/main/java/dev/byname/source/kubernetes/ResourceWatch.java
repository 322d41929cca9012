package dev.byname.source.kubernetes;

import dev.byname.cluster.ClusterObject;
import dev.byname.cluster.ClusterSink;
import dev.byname.cluster.ObjectKey;
import dev.byname.source.Decoded;
import dev.byname.source.JsonTree;
import dev.byname.source.ObjectDecoder;
import dev.byname.source.Tree;
import dev.byname.source.kubernetes.KubernetesSourceConfig.Pace;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Keeps one resource, in one namespace or in all, equal to what the API server has: a list, then a
 * watch from the list's revision on, for ever.
 *
 * <ul>
 *   <li>A list changes the picture only where it differs from it: objects met again in the version
 *       that is known cost nothing, others are put, those left over at the end are removed. Until
 *       then they are answered as before.
 *   <li>A watch that ends, breaks or goes silent is opened again at the last revision it told. Only
 *       410 Gone needs another list.
 *   <li>{@link #compare} asks for all keys and versions beside the watch, {@link #judge} decides
 *       later which differences the watch ought to have told. If there are any, it is not to be
 *       trusted, and everything is listed again.
 * </ul>
 *
 * <p>One thread runs {@link #run}; another one compares.
 */
final class ResourceWatch implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(ResourceWatch.class);

  private static final String JSON = "application/json";
  private static final String METADATA_ONLY =
      "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
  private static final String BY_NAME = "metadata.name=";
  private static final String INITIAL_EVENTS_END = "k8s.io/initial-events-end";

  /**
   * A watch shorter than this that told nothing is a failure, or it would be reopened in a spin.
   */
  private static final long SHORT_WATCH_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** After so many failures at one revision the revision itself is suspected: a restored backup. */
  private static final int FAILED_RESUMES_MAX = 8;

  /** Differences to remember while we wait for the watch to explain them. */
  private static final int SUSPECTS_MAX = 1000;

  /** What it needs from the source it belongs to; called on the watch's thread. */
  interface Owner {
    /** Decodes an object; the decoder is shared with other watches. */
    Decoded decode(Tree object, Resource resource);

    /** The first list is complete. */
    void listed(ResourceWatch watch);

    /** A list after the first is complete. */
    void relisted(ResourceWatch watch);

    /** It cannot be read now; told again only with another reason. */
    void failing(ResourceWatch watch, String reason);

    /** It can be read. */
    void working(ResourceWatch watch);

    /** Something was heard. */
    void heard(ResourceWatch watch);

    void undecodable(Resource resource, ObjectKey key, String problem);

    /** Events came in the wrong order: a comparison is due. */
    void suspicious(ResourceWatch watch);

    /**
     * 404: the server does not have this API.
     *
     * @return true when that means that there are no such objects, false when it is a failure
     */
    boolean notServed(ResourceWatch watch);

    /** Whether a watch may begin with the list (KEP-3157). */
    boolean streamsLists();

    /** The server said that it may not. */
    void cannotStreamLists();

    /** What the watch told is about to be put. */
    void changing(Tree object, Decoded.Objects decoded);
  }

  private final Resource resource;
  private final String namespace;
  private final String selection;

  /** Set when the selection is for one object by name. */
  private final String onlyObject;

  private final int pageSize;
  private final ApiClient api;
  private final ClusterSink sink;
  private final Owner owner;
  private final Timing timing;
  private final Pace pace;
  private final Backoff backoff;
  private final KnownObjects known = new KnownObjects();
  private final Set<ObjectKey> undecodable = ConcurrentHashMap.newKeySet();
  private final CountDownLatch ended = new CountDownLatch(1);

  // The watching thread's own.
  private String resumeAt = "";
  private int failedResumes;
  private boolean gone;

  /** Whether the last list was asked for as the beginning of a watch. */
  private boolean streaming;

  private boolean listedOnce;

  private volatile long position;
  private volatile boolean relistWanted;
  private volatile boolean closed;
  private volatile @Nullable ApiStream open;
  private volatile @Nullable Thread thread;

  /**
   * @param namespace empty for all
   * @param labelSelector empty for none
   * @param fieldSelector empty for none
   */
  ResourceWatch(
      Resource resource,
      String namespace,
      String labelSelector,
      String fieldSelector,
      int pageSize,
      ApiClient api,
      ClusterSink sink,
      Owner owner,
      Timing timing,
      Pace pace) {
    this.resource = resource;
    this.namespace = namespace;
    selection =
        parameter("labelSelector", labelSelector) + parameter("fieldSelector", fieldSelector);
    onlyObject = fieldSelector.startsWith(BY_NAME) ? fieldSelector.substring(BY_NAME.length()) : "";
    this.pageSize = pageSize;
    this.api = api;
    this.sink = sink;
    this.owner = owner;
    this.timing = timing;
    this.pace = pace;
    backoff = new Backoff(pace.backoffMin(), pace.backoffMax(), timing.random());
  }

  Resource resource() {
    return resource;
  }

  /** {@code services}, or {@code services in namespace test}. */
  String name() {
    if (!onlyObject.isEmpty()) {
      return resource.plural() + " named " + onlyObject;
    }
    return namespace.isEmpty()
        ? resource.plural()
        : resource.plural() + " in namespace " + namespace;
  }

  /** Whether an object of this resource would be seen by this reader, its labels aside. */
  boolean covers(ObjectKey key) {
    if (!onlyObject.isEmpty()) {
      return key.name().equals(onlyObject);
    }
    return namespace.isEmpty() || key.namespace().equals(namespace);
  }

  KnownObjects known() {
    return known;
  }

  /** Objects that cannot be decoded at present. */
  int undecodable() {
    return undecodable.size();
  }

  /** The last revision told, as a number; 0 before the first, negative when it is no number. */
  long position() {
    return position;
  }

  /** Lists and watches until closed. */
  @Override
  public void run() {
    thread = Thread.currentThread();
    try {
      while (!closed) {
        round();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      ended.countDown();
    }
  }

  /** Stops reading; what was handed in stays. */
  void close() {
    closed = true;
    breakOff();
    Thread runner = thread;
    if (runner != null) {
      runner.interrupt();
    }
  }

  /** Takes back all that was handed in; only after {@link #close} of a reader that was started. */
  void withdraw() throws InterruptedException {
    ended.await();
    known.clear().forEach(this::removeParts);
  }

  // The watch.

  private void round() throws InterruptedException {
    try {
      if (relistWanted) {
        relistWanted = false;
        resumeAt = "";
      }
      if (resumeAt.isEmpty()) {
        streaming = owner.streamsLists();
        if (streaming) {
          watch(true);
        } else {
          list();
        }
      } else {
        watch(false);
      }
    } catch (ApiFailure failure) {
      recover(failure);
    } catch (RuntimeException bug) {
      if (closed) {
        return; // our owner's threads and clock are gone
      }
      // One object must not end the watch of all others; the next list meets it again.
      log.error("kubernetes watch of {} failed, starting over", name(), bug);
      resumeAt = "";
      timing.pause(backoff.next(Duration.ZERO));
    }
  }

  private void recover(ApiFailure failure) throws InterruptedException {
    if (closed || relistWanted) {
      return;
    }
    Duration atLeast = Duration.ZERO;
    switch (failure) {
      case ApiFailure.Gone tooOld -> {
        boolean first = !gone;
        gone = true;
        resumeAt = "";
        log.debug("kubernetes {}: {}; listing again", name(), tooOld.reason());
        if (first) {
          return; // an answer, not an outage
        }
        owner.failing(this, tooOld.reason());
      }
      case ApiFailure.NotServed missing -> {
        if (owner.notServed(this)) {
          known.sweep(known.beginList()).forEach(this::removeParts);
          resumeAt = "";
          listed("");
          owner.working(this);
          timing.pause(timing.stretched(pace.probeEvery(), 0.2));
          return;
        }
        resumeAt = "";
        owner.failing(this, missing.reason());
      }
      case ApiFailure.Rejected rejected -> {
        if (streaming && resumeAt.isEmpty()) {
          owner.cannotStreamLists();
          return;
        }
        owner.failing(this, rejected.reason());
      }
      case ApiFailure.Busy busy -> {
        atLeast = busy.retryAfter();
        owner.failing(this, busy.reason());
      }
      case ApiFailure.Forbidden denied ->
          owner.failing(
              this,
              "not allowed: "
                  + denied.reason()
                  + " (needed: verbs list and watch on "
                  + resource.plural()
                  + ")");
      case ApiFailure.Unreachable lost -> owner.failing(this, lost.reason());
      case ApiFailure.NoAccess wrong -> owner.failing(this, wrong.reason());
      case ApiFailure.Unauthorized unknown -> owner.failing(this, unknown.reason());
      case ApiFailure.Unexpected strange -> owner.failing(this, strange.reason());
    }
    if (!resumeAt.isEmpty() && ++failedResumes >= FAILED_RESUMES_MAX) {
      resumeAt = "";
    }
    timing.pause(backoff.next(atLeast));
  }

  /**
   * @param fromNothing whether the watch begins with all objects (KEP-3157) instead of at a
   *     revision
   */
  private void watch(boolean fromNothing) throws ApiFailure, InterruptedException {
    Duration duration = timing.stretched(pace.watchDuration(), 1);
    String query =
        "?"
            + ApiClient.WATCH
            + "&allowWatchBookmarks=true&timeoutSeconds="
            + Math.max(1, duration.toSeconds())
            + (fromNothing
                ? "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
                : parameter("resourceVersion", resumeAt))
            + selection;
    long startedNanos = timing.nanoTime().getAsLong();
    boolean told = false;
    try (ApiStream stream = open(query, JSON, pace.watchSilence())) {
      int list = fromNothing ? known.beginList() : 0;
      boolean listing = fromNothing;
      if (!fromNothing) {
        working();
      }
      ApiStream.@Nullable Event event;
      while ((event = next(stream)) != null) {
        owner.heard(this);
        if (listing && event.type().equals("BOOKMARK") && endsInitialEvents(event.object())) {
          String version = ApiObject.of(event.object()).resourceVersion();
          known.sweep(list).forEach(this::removeParts);
          listing = false;
          working();
          listed(version);
        } else if (listing) {
          initialEvent(event);
        } else {
          event(event);
          if (!told) {
            told = true;
            backoff.reset();
            gone = false;
          }
          failedResumes = 0;
        }
        if (relistWanted) {
          return;
        }
      }
      if (listing) {
        throw new ApiFailure.Unreachable("the watch ended before its list was complete");
      }
    } finally {
      open = null;
    }
    boolean brief = timing.nanoTime().getAsLong() - startedNanos < SHORT_WATCH_NANOS;
    if (!brief) {
      backoff.reset();
    } else if (!told && !closed) {
      timing.pause(backoff.next(Duration.ZERO));
    }
  }

  /** The next event; null when the watch is over, by the server's wish or for its silence. */
  private static ApiStream.@Nullable Event next(ApiStream stream) throws ApiFailure {
    try {
      return stream.event();
    } catch (ApiFailure.Unreachable broken) {
      if (stream.silent()) {
        return null;
      }
      throw broken;
    }
  }

  private void initialEvent(ApiStream.Event event) throws ApiFailure {
    if (event.type().equals("ERROR")) {
      throw failureOf(event.object());
    }
    if (event.type().equals("ADDED") && !met(ApiObject.field(event.object(), "metadata"))) {
      put(event.object());
    }
  }

  private void event(ApiStream.Event event) throws ApiFailure {
    switch (event.type()) {
      case "ADDED", "MODIFIED", "DELETED" -> changed(event);
      case "BOOKMARK" -> {}
      case "ERROR" -> throw failureOf(event.object());
      default -> {
        log.debug("kubernetes {}: event of unknown type {}", name(), event.type());
        return;
      }
    }
    String resourceVersion = ApiObject.of(event.object()).resourceVersion();
    long version = ApiObject.version(resourceVersion);
    if (!resourceVersion.isEmpty() && !(version >= 0 && position >= 0 && version < position)) {
      resumeAt = resourceVersion;
      position = version;
    }
  }

  private void changed(ApiStream.Event event) {
    ApiObject object = ApiObject.of(event.object());
    long version = ApiObject.version(object.resourceVersion());
    long before = known.version(object.key());
    if (version >= 0 && position > 0 && version <= position) {
      if (before == version) {
        return; // told twice
      }
      // Revisions of a watch only grow, so something was told late, and perhaps something not at
      // all.
      owner.suspicious(this);
      if (before >= version) {
        return;
      }
    }
    if (event.type().equals("DELETED")) {
      removeParts(new KnownObjects.Leftover(object.key(), known.remove(object.key())));
    } else {
      put(event.object(), object, version, true);
    }
  }

  private static boolean endsInitialEvents(Tree object) {
    return ApiObject.annotation(object, INITIAL_EVENTS_END).equals("true");
  }

  /** A Status inside a watch. */
  private static ApiFailure failureOf(Tree status) {
    String code = ApiObject.text(status, "code");
    String message = ApiObject.text(status, "message");
    return code.equals("410") || ApiObject.text(status, "reason").equals("Expired")
        ? new ApiFailure.Gone(message)
        : new ApiFailure.Unexpected("the watch was ended with " + code + ": " + message);
  }

  // The list.

  private void list() throws ApiFailure, InterruptedException {
    try {
      list(pageSize);
    } catch (ApiFailure.Gone midList) {
      if (pageSize == 0) {
        throw midList;
      }
      // We are slower than the server's compaction; one answer without pages cannot expire.
      log.debug("kubernetes {}: {}; listing again without pages", name(), midList.reason());
      list(0);
    }
  }

  private void list(int limit) throws ApiFailure, InterruptedException {
    int round = known.beginList();
    String continueToken = "";
    ApiStream.ListHead head;
    do {
      // Without a resourceVersion: never older than what the watch has told already.
      String query =
          "?resourceVersion="
              + (limit == 0 ? "" : "&limit=" + limit)
              + parameter("continue", continueToken)
              + selection;
      try (ApiStream stream = open(query, JSON, pace.listSilence())) {
        head =
            stream.list(parser -> {
              // After most lists nearly all is as it was: then no more than metadata is made of it.
              Tree object = JsonTree.readUnlessKnown(parser, this::met);
              if (object != null) {
                put(object);
              }
              if (closed) {
                throw new InterruptedException();
              }
            });
      } finally {
        open = null;
      }
      owner.heard(this);
      continueToken = head.continueToken();
    } while (!continueToken.isEmpty());
    known.sweep(round).forEach(this::removeParts);
    working();
    listed(head.resourceVersion());
  }

  /** An object of a list: true when it is known in this version, so that nothing is to be done. */
  private boolean met(@Nullable Tree metadata) {
    ApiObject meta = ApiObject.ofMetadata(metadata);
    return known.meet(meta.key(), ApiObject.version(meta.resourceVersion()));
  }

  private void put(Tree object) {
    ApiObject meta = ApiObject.of(object);
    put(object, meta, ApiObject.version(meta.resourceVersion()), false);
  }

  private void listed(String resourceVersion) {
    resumeAt = resourceVersion;
    position = resourceVersion.isEmpty() ? 0 : ApiObject.version(resourceVersion);
    failedResumes = 0;
    if (listedOnce) {
      owner.relisted(this);
    } else {
      listedOnce = true;
      owner.listed(this);
    }
  }

  // The comparison.

  /**
   * An object that differs.
   *
   * @param listed the API's version; {@link #ABSENT} when it has no such object
   * @param known ours at that time; {@link KnownObjects#VERSION_UNKNOWN} when we had none
   */
  private record Suspect(long listed, long known) {}

  private static final long ABSENT = -1;

  /** What a comparison found that the watch may yet explain. */
  static final class Comparison {
    private final int round;
    private final Map<ObjectKey, Suspect> suspects = new HashMap<>();
    private long listedAt;
    private long positionBefore;

    private Comparison(int round) {
      this.round = round;
    }
  }

  /**
   * Reads keys and versions of all objects and notes what differs from what is known.
   *
   * @return null when there is nothing to be explained, or nothing to compare with yet
   */
  @Nullable Comparison compare() throws ApiFailure, InterruptedException {
    long positionAtStart = position;
    if (positionAtStart == 0) {
      return null;
    }
    int round = known.beginComparison();
    if (round == 0) {
      return null; // a list is under way, and does the same
    }
    var comparison = new Comparison(round);
    // From the API server's memory, not from etcd: it is asked often, and by every replica. What it
    // knows may be older than what the watch has told; versions show that.
    InputStream body =
        api.get(resource.path(namespace) + "?resourceVersion=0" + selection, METADATA_ONLY);
    ApiStream.ListHead head;
    try (ApiStream stream = new ApiStream(body, pace.listSilence(), timing)) {
      head = stream.list(parser -> compareItem(parser, comparison));
    }
    owner.heard(this);
    long listedAt = ApiObject.version(head.resourceVersion());
    boolean olderThanWatch = listedAt >= 0 && positionAtStart >= 0 && listedAt < positionAtStart;
    if (olderThanWatch) {
      // What we have not may have been deleted since.
      comparison.suspects.values().removeIf(s -> s.known() == KnownObjects.VERSION_UNKNOWN);
    }
    known
        .unmet(comparison.round, SUSPECTS_MAX)
        .forEach((key, version) -> {
          if (listedAt < 0 || version <= listedAt) {
            comparison.suspects.put(key, new Suspect(ABSENT, version));
          }
        });
    comparison.listedAt = listedAt;
    comparison.positionBefore = position;
    if (comparison.suspects.isEmpty()) {
      known.endComparison(comparison.round);
      return null;
    }
    return comparison;
  }

  private void compareItem(JsonParser parser, Comparison comparison) {
    String name = "";
    String itemNamespace = "";
    String resourceVersion = "";
    @Nullable String field;
    while ((field = parser.nextName()) != null) {
      JsonToken value = parser.nextToken();
      if (!field.equals("metadata") || value != JsonToken.START_OBJECT) {
        parser.skipChildren();
        continue;
      }
      @Nullable String part;
      while ((part = parser.nextName()) != null) {
        if (parser.nextToken() != JsonToken.VALUE_STRING) {
          parser.skipChildren();
          continue;
        }
        switch (part) {
          case "name" -> name = parser.getString();
          case "namespace" -> itemNamespace = parser.getString();
          case "resourceVersion" -> resourceVersion = parser.getString();
          default -> {}
        }
      }
    }
    var key = new ObjectKey(itemNamespace, name);
    long version = ApiObject.version(resourceVersion);
    if (!known.meetCompared(comparison.round, key, version)) {
      var suspect = new Suspect(version, known.version(key));
      if (comparison.suspects.size() < SUSPECTS_MAX && !explained(key, suspect)) {
        comparison.suspects.put(key, suspect);
      }
    }
  }

  /**
   * Decides about a comparison after a while. Lists again when the watch has lost something.
   *
   * @return differences that the watch ought to have told and has not; -1 when it is merely behind
   *     and on its way, so that it is too early to say
   */
  int judge(Comparison comparison) {
    if (!known.current(comparison.round)) {
      return 0; // everything was listed meanwhile
    }
    comparison
        .suspects
        .entrySet()
        .removeIf(suspect -> explained(suspect.getKey(), suspect.getValue()));
    long reached = position;
    boolean behind = reached >= 0 && comparison.listedAt >= 0 && reached < comparison.listedAt;
    if (!comparison.suspects.isEmpty() && behind && reached != comparison.positionBefore) {
      comparison.positionBefore = reached;
      return -1;
    }
    known.endComparison(comparison.round);
    int lost = comparison.suspects.size();
    if (lost > 0) {
      log.warn(
          "the kubernetes watch of {} has lost {} changes ({}); listing again",
          name(),
          lost,
          comparison.suspects.keySet().stream()
              .limit(3)
              .map(ObjectKey::toString)
              .collect(Collectors.joining(", ")));
      relistWanted = true;
      breakOff();
    }
    return lost;
  }

  private boolean explained(ObjectKey key, Suspect suspect) {
    long version = known.version(key);
    if (suspect.listed() == ABSENT) {
      return version != suspect.known();
    }
    if (version == KnownObjects.VERSION_UNKNOWN) {
      return known.removedMeanwhile(key);
    }
    return version == suspect.listed()
        || (version >= 0 && suspect.listed() >= 0 && version > suspect.listed());
  }

  // Objects.

  private void put(Tree tree, ApiObject meta, long version, boolean live) {
    Decoded decoded = owner.decode(tree, resource);
    switch (decoded) {
      case Decoded.Objects found -> {
        if (live) {
          owner.changing(tree, found);
        }
        int before = known.put(found.key(), version, found.objects().size());
        for (ClusterObject object : found.objects()) {
          sink.put(object);
        }
        removeParts(found.key(), found.objects().size(), before);
        undecodable.remove(found.key());
      }
      case Decoded.LeftOut unwanted -> {
        removeParts(unwanted.key(), 0, known.put(unwanted.key(), version, 0));
        undecodable.remove(unwanted.key());
      }
      case Decoded.Undecodable broken -> {
        // What was known of it before is better than nothing, so it stays.
        known.put(meta.key(), version, -1);
        undecodable.add(meta.key());
        owner.undecodable(resource, meta.key(), String.valueOf(broken.problems().getFirst()));
      }
      case Decoded.OtherKind strange -> {
        known.put(meta.key(), version, -1);
        undecodable.add(meta.key());
        owner.undecodable(
            resource, meta.key(), "is a " + strange.apiVersion() + " " + strange.kind());
      }
    }
  }

  private void removeParts(KnownObjects.Leftover gone) {
    removeParts(gone.key(), 0, gone.parts());
    undecodable.remove(gone.key());
  }

  private void removeParts(ObjectKey key, int from, int to) {
    for (int part = from; part < to; part++) {
      sink.remove(resource.kind(), ObjectDecoder.partKey(key, part));
    }
  }

  private void working() {
    owner.working(this);
  }

  private ApiStream open(String query, String accept, Duration silence)
      throws ApiFailure, InterruptedException {
    InputStream body = api.get(resource.path(namespace) + query, accept);
    var stream = new ApiStream(body, silence, timing);
    open = stream;
    if (closed) {
      stream.close();
      throw new InterruptedException();
    }
    return stream;
  }

  private void breakOff() {
    ApiStream stream = open;
    if (stream != null) {
      stream.close();
    }
  }

  private static String parameter(String name, String value) {
    return value.isEmpty()
        ? ""
        : "&" + name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
  }
}

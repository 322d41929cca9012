package dev.byname.source.manifests;

import dev.byname.cluster.ClusterObject;
import dev.byname.cluster.ClusterObject.Kind;
import dev.byname.cluster.ClusterSink;
import dev.byname.cluster.ClusterState;
import dev.byname.cluster.ObjectKey;
import dev.byname.source.DecodeOptions;
import dev.byname.source.ObjectDecoder;
import dev.byname.source.Source;
import dev.byname.source.SourceStatus;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a folder of manifests and follows its changes; see the package for what counts as one.
 *
 * <p>One daemon thread does all the work. It says {@link ClusterSink#synced} once everything in the
 * folder has been read; while there is no such folder it waits for it.
 */
public final class ManifestsSource implements Source {
  private static final Logger log = LoggerFactory.getLogger(ManifestsSource.class);

  /** How long a file must be left alone before it is read, in milliseconds. */
  public static final int QUIET_MILLIS = 40;

  /** How long a request for a rescan may wait to be noticed. */
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Time, which only the app has. */
  public interface Time {
    /** The wall clock. */
    long epochMillis();

    /** As {@link System#nanoTime}. */
    long nanoTime();

    /**
     * Repeats a task at the interval that the app finds right for a rescan of the folder: a safety
     * net for file systems that do not tell of changes, so seconds to minutes.
     *
     * @return ends the repetition
     */
    Repetition repeatRescan(Runnable rescan);
  }

  /** Something that goes on until it is closed. */
  @FunctionalInterface
  public interface Repetition extends AutoCloseable {
    @Override
    void close();
  }

  private final Path folder;
  private final ClusterSink sink;
  private final ClusterState state;
  private final Time time;
  private final FolderWatch watch;
  private final ManifestObjects objects;
  private final ManifestFolder files;
  private final Thread thread;
  private final AtomicBoolean rescanWanted = new AtomicBoolean();
  private @Nullable Repetition rescans;
  private volatile boolean closed;
  private volatile SourceStatus status;
  private volatile List<ManifestProblem> problems = List.of();
  private boolean synced;

  /** Whether the picture holds nothing any more that the folder does not. */
  private boolean reconciled;

  private long lastEventEpochMillis;

  /**
   * Does nothing before {@link #start}.
   *
   * @param folder need not exist yet
   * @param state what {@code sink} fills. Objects that are in it at the start, from a snapshot, are
   *     answered until the folder has been read and nothing is wrong in it
   */
  public ManifestsSource(
      Path folder, DecodeOptions options, ClusterSink sink, ClusterState state, Time time) {
    this.folder = folder;
    this.state = state;
    this.sink = sink;
    this.time = time;
    Path absolute = folder.toAbsolutePath();
    watch = FolderWatch.open(absolute.getFileSystem());
    objects = new ManifestObjects(sink);
    files =
        new ManifestFolder(
            absolute,
            new ManifestReader(new ObjectDecoder(options)),
            objects,
            watch,
            time::nanoTime,
            TimeUnit.MILLISECONDS.toNanos(QUIET_MILLIS));
    thread = Thread.ofPlatform().name("manifests").daemon().unstarted(this::run);
    status = new SourceStatus(false, folder + ": not read yet", 0, 0, 0, 0, 0);
  }

  /**
   * Reads the folder once, without following it.
   *
   * @return everything that is wrong in it, sorted by file and line
   */
  public static List<ManifestProblem> check(Path folder, DecodeOptions options) {
    var files =
        new ManifestFolder(
            folder.toAbsolutePath(),
            new ManifestReader(new ObjectDecoder(options)),
            new ManifestObjects(NOWHERE),
            FolderWatch.none(),
            () -> 0,
            0);
    files.scan();
    return files.problems();
  }

  @Override
  public void start() {
    thread.start();
    rescans = time.repeatRescan(this::rescan);
  }

  /** Has everything looked at again, soon and in the background. */
  public void rescan() {
    rescanWanted.set(true);
  }

  /** Everything that is wrong in the folder at present, sorted by file and line. */
  public List<ManifestProblem> problems() {
    return problems;
  }

  @Override
  public String origin() {
    return "manifests in " + folder.toAbsolutePath();
  }

  @Override
  public SourceStatus status() {
    return status;
  }

  @Override
  public void close() {
    closed = true;
    if (rescans != null) {
      rescans.close();
    }
    watch.close();
    thread.interrupt();
  }

  private void run() {
    lastEventEpochMillis = time.epochMillis();
    step(files::scan);
    while (!closed) {
      try {
        Long settled = files.settledInNanos();
        if (watch.poll(settled == null ? IDLE_NANOS : Math.min(settled, IDLE_NANOS))) {
          lastEventEpochMillis = time.epochMillis();
        }
      } catch (InterruptedException | ClosedWatchServiceException stop) {
        return;
      } catch (RuntimeException bug) {
        log.error("manifests: {}: events were lost, looking at everything again", folder, bug);
        rescanWanted.set(true);
      }
      if (rescanWanted.getAndSet(false)) {
        step(files::rescan);
      }
      step(files::lookAtSettled);
    }
  }

  private void step(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException bug) {
      // What was read so far stays; the next event or rescan looks again.
      log.error("manifests: {}: reading failed", folder, bug);
    }
    problems = files.problems();
    if (files.present() && !reconciled && problems.isEmpty()) {
      reconciled = true;
      removeStrangers();
    }
    if (files.present() && !synced) {
      synced = true;
      log.info("manifests: {}: {} objects in {} files", folder, objects.size(), files.fileCount());
      sink.synced();
    }
    status =
        new SourceStatus(
            files.present(),
            detail(),
            lastEventEpochMillis,
            0,
            files.scans(),
            files.repairs(),
            problems.size());
  }

  /**
   * What a snapshot has put into the picture and the folder does not hold. Not while a file cannot
   * be read: a mistake takes no name out of DNS, a restart in between changes nothing about that.
   */
  private void removeStrangers() {
    for (Kind kind : Kind.values()) {
      for (ObjectKey key : state.keys(kind)) {
        if (!objects.holds(kind, key)) {
          sink.remove(kind, key);
        }
      }
    }
  }

  private String detail() {
    if (files.present()) {
      String about = folder + ": " + objects.size() + " objects in " + files.fileCount() + " files";
      return problems.isEmpty() ? about : about + "; " + abridgedProblems();
    }
    return synced
        ? "%s; the %d objects from it stay".formatted(abridgedProblems(), objects.size())
        : "waiting: " + abridgedProblems();
  }

  private String abridgedProblems() {
    int more = problems.size() - 1;
    return problems.getFirst() + (more > 0 ? "; and %d more problems".formatted(more) : "");
  }

  private static final ClusterSink NOWHERE =
      new ClusterSink() {
        @Override
        public void put(ClusterObject object) {}

        @Override
        public void remove(Kind kind, ObjectKey key) {}

        @Override
        public void synced() {}
      };
}

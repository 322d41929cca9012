package dev.byname.source.manifests;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;
import static java.nio.file.StandardWatchEventKinds.OVERFLOW;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernel's file events by folder. Several may listen to one folder on disk (it may be reached
 * in two ways, and the target of a link is listened to for the link's sake), but the JDK has one
 * key for it: this class counts who listens.
 *
 * <p>Used by one thread, but for {@link #close}.
 */
final class FolderWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FolderWatch.class);

  /** Events collected before they are looked at; more are looked at in the next round. */
  private static final int KEYS_MAX = 1024;

  /** What happened to one name in a folder, as far as it matters. */
  enum Happened {
    /** It was created, or something was renamed to it. */
    CREATED,
    MODIFIED,
    /** It was deleted, or renamed to something else. */
    DELETED
  }

  /** Hears of what happens in one folder. */
  interface Listener {
    /** Things happened to a name, in an order that is not known. */
    void happened(String name, Set<Happened> what);

    /** More happened than the kernel or the JDK kept: look at everything in the folder. */
    void overflow();
  }

  /** A listener's hold on a folder. */
  final class Registration {
    private final WatchKey key;
    private final Listener listener;

    private Registration(WatchKey key, Listener listener) {
      this.key = key;
      this.listener = listener;
    }

    boolean valid() {
      return key.isValid();
    }

    void release() {
      List<Registration> others = registrations.get(key);
      if (others != null && others.remove(this) && others.isEmpty()) {
        registrations.remove(key);
        key.cancel();
      }
    }
  }

  private final @Nullable WatchService service;
  private final Map<WatchKey, List<Registration>> registrations = new HashMap<>();
  private boolean limitReported;

  private FolderWatch(@Nullable WatchService service) {
    this.service = service;
  }

  /** Where the kernel has no events to give, a watch that never hears anything. */
  static FolderWatch open(FileSystem fileSystem) {
    try {
      return new FolderWatch(fileSystem.newWatchService());
    } catch (IOException | UnsupportedOperationException e) {
      log.warn("files cannot be watched, changes are seen at the next rescan: {}", e.getMessage());
      return none();
    }
  }

  static FolderWatch none() {
    return new FolderWatch(null);
  }

  boolean listening() {
    return service != null;
  }

  /**
   * Starts listening; follows a symbolic link to a folder.
   *
   * @return null when that is not possible: there is no such folder, or the limit of watches is
   *     reached
   */
  @Nullable Registration register(Path folder, Listener listener) {
    if (service == null) {
      return null;
    }
    try {
      WatchKey key = folder.register(service, ENTRY_CREATE, ENTRY_MODIFY, ENTRY_DELETE);
      var registration = new Registration(key, listener);
      registrations.computeIfAbsent(key, _ -> new ArrayList<>(1)).add(registration);
      return registration;
    } catch (IOException e) {
      // "User limit of inotify watches reached" and the like; a folder that is gone is no news.
      if (e.getClass() == IOException.class && !limitReported) {
        limitReported = true;
        log.warn(
            "{} cannot be watched, changes in it are seen at the next rescan: {}",
            folder,
            e.getMessage());
      }
      return null;
    }
  }

  /**
   * Waits for events and delivers those that are there.
   *
   * @return whether there were any
   * @throws ClosedWatchServiceException once this is closed
   */
  boolean poll(long timeoutNanos) throws InterruptedException {
    if (service == null) {
      TimeUnit.NANOSECONDS.sleep(timeoutNanos);
      return false;
    }
    WatchKey key = service.poll(timeoutNanos, TimeUnit.NANOSECONDS);
    int keys = 0;
    while (key != null) {
      deliver(key);
      keys++;
      key = keys < KEYS_MAX ? service.poll() : null;
    }
    return keys > 0;
  }

  private void deliver(WatchKey key) {
    Map<String, Set<Happened>> byName = new LinkedHashMap<>();
    boolean overflow = false;
    for (WatchEvent<?> event : key.pollEvents()) {
      if (event.kind().equals(OVERFLOW) || !(event.context() instanceof Path name)) {
        overflow = true;
        continue;
      }
      Happened what =
          event.kind().equals(ENTRY_CREATE)
              ? Happened.CREATED
              : event.kind().equals(ENTRY_DELETE) ? Happened.DELETED : Happened.MODIFIED;
      byName.computeIfAbsent(name.toString(), _ -> EnumSet.noneOf(Happened.class)).add(what);
    }
    // Before anything is looked at: what changes from here on is told again.
    key.reset();
    List<Registration> listeners = List.copyOf(registrations.getOrDefault(key, List.of()));
    BiConsumer<String, Set<Happened>> tellAll =
        (name, what) -> listeners.forEach(each -> each.listener.happened(name, what));
    if (overflow) {
      listeners.forEach(each -> each.listener.overflow());
    }
    byName.forEach(tellAll);
  }

  @Override
  public void close() {
    if (service == null) {
      return;
    }
    try {
      service.close();
    } catch (IOException e) {
      log.debug("the file watch did not close", e);
    }
  }
}

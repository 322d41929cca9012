package dev.byname.source.manifests;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.byname.source.manifests.FolderWatch.Happened;
import dev.byname.source.manifests.FolderWatch.Registration;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The watched folder: finds its files, listens to what happens to them, and has those read that
 * changed.
 *
 * <p>Nothing is missed, because a folder is listened to before it is listed. Nothing is read half
 * written, as far as that can be told: a file is read when it has {@link Settling settled}. Two are
 * read at once: a known name to which another file was renamed, which was complete before it got
 * the name, and a small JSON file, which tells by itself whether it is complete.
 *
 * <p>Used by one thread.
 */
final class ManifestFolder {
  static final int DEPTH_MAX = 32;

  /** What is read again with every event while it is being written. */
  private static final long READ_AT_ONCE_BYTES_MAX = 64 << 10;

  /** Whether and when to read a file that was found. */
  private enum Reading {
    /** It was told to have changed. */
    ALWAYS,
    IF_CHANGED,
    /** If it looks changed, once it has been left alone. */
    IF_CHANGED_AND_SETTLED
  }

  /** A folder, by the way it is reached. */
  private final class Dir implements FolderWatch.Listener {
    final @Nullable Dir parent;
    final Path path;

    /** Below the watched folder, with a slash at the end; empty for the watched folder. */
    final String prefix;

    final int depth;
    final Map<String, Dir> dirs = new HashMap<>();

    /** Names of manifests in it. */
    final Set<String> files = new HashSet<>();

    /** Names of symbolic links in it. */
    final Set<String> links = new TreeSet<>();

    final Map<Path, Registration> linkTargets = new HashMap<>();
    @Nullable Registration registration;
    @Nullable Path real;

    /** No longer part of the picture; it may still be told of. */
    boolean left;

    Dir(@Nullable Dir parent, Path path, String prefix) {
      this.parent = parent;
      this.path = path;
      this.prefix = prefix;
      depth = parent == null ? 0 : parent.depth + 1;
    }

    boolean knows(String name) {
      return files.contains(name) || dirs.containsKey(name);
    }

    Set<String> names() {
      var names = new HashSet<>(files);
      names.addAll(dirs.keySet());
      names.addAll(links);
      return names;
    }

    @Override
    public void happened(String name, Set<Happened> what) {
      if (!left) {
        ManifestFolder.this.happened(this, name, what);
      }
    }

    @Override
    public void overflow() {
      if (!left) {
        tellAll(this);
      }
    }
  }

  private record Entry(Dir dir, String name) {}

  private final ManifestObjects objects;
  private final ProblemReport problems;
  private final ManifestFiles files;
  private final FolderWatch watch;
  private final Settling<Entry> settling;
  private final Dir root;

  /** On the nearest folder above the watched one that exists. */
  private @Nullable Registration above;

  private @Nullable Path aboveFolder;

  private boolean present;

  /** Whether it was ever present, and read as a whole. */
  private boolean complete;

  private boolean rootTold;
  private boolean rescanning;
  private long scans;
  private long repairs;

  /**
   * Knows nothing until it is told to {@link #scan}.
   *
   * @param quietNanos how long a file must be left alone before it is read
   */
  ManifestFolder(
      Path folder,
      ManifestReader reader,
      ManifestObjects objects,
      FolderWatch watch,
      LongSupplier nanoTime,
      long quietNanos) {
    this.objects = objects;
    this.watch = watch;
    problems = new ProblemReport(folder);
    files = new ManifestFiles(reader, objects, problems);
    settling = new Settling<>(nanoTime, quietNanos);
    root = new Dir(null, folder, "");
  }

  /** Reads everything there is. */
  void scan() {
    scans++;
    lookAtRoot(Reading.IF_CHANGED);
    publish();
  }

  /** Looks at everything again, to find what nobody told of. */
  void rescan() {
    scans++;
    rescanning = true;
    lookAtRoot(Reading.IF_CHANGED_AND_SETTLED);
    rescanning = false;
    publish();
  }

  /** Nanoseconds until {@link #lookAtSettled} has something to do; null when nothing settles. */
  @Nullable Long settledInNanos() {
    return settling.dueInNanos();
  }

  /** Deals with what was told and has settled since, and hands over what is different. */
  void lookAtSettled() {
    readWhatIsWhole();
    List<Entry> due = settling.takeDue();
    // With the folder its files go too, but that is no reason to forget them.
    if (rootTold || (!due.isEmpty() && !Files.isDirectory(root.path))) {
      rootTold = false;
      lookAtRoot(Reading.IF_CHANGED_AND_SETTLED);
    }
    for (Entry entry : due) {
      look(entry.dir(), entry.name(), Reading.ALWAYS);
      forgetTargets(entry.dir());
    }
    publish();
  }

  /** A file that was told of alone: with others, it may be one that is only being renamed. */
  private void readWhatIsWhole() {
    Entry only = settling.only();
    if (only == null || only.dir.left || !present || !ManifestReader.tellsItsEnd(only.name)) {
      return;
    }
    Dir dir = only.dir;
    Path path = dir.path.resolve(only.name);
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW_LINKS);
    } catch (IOException later) {
      return;
    }
    if (attributes.isRegularFile()
        && attributes.size() <= READ_AT_ONCE_BYTES_MAX
        && !dir.links.contains(only.name)
        && !dir.dirs.containsKey(only.name)
        && files.readIfGood(dir.prefix + only.name, path, attributes)) {
      dir.files.add(only.name);
      settling.remove(only);
    }
  }

  private void publish() {
    objects.publish();
    problems.report(objects.conflicts());
  }

  boolean present() {
    return present;
  }

  int fileCount() {
    return files.count();
  }

  /** How often everything was looked at. */
  long scans() {
    return scans;
  }

  /** Differences that only a rescan found. */
  long repairs() {
    return repairs;
  }

  /** Everything that is wrong at present, sorted. */
  List<ManifestProblem> problems() {
    return problems.all();
  }

  // The watched folder itself.

  private void lookAtRoot(Reading reading) {
    listenAbove();
    if (Files.isDirectory(root.path)) {
      problems.clear("");
      present = true;
      // Who waits for the first complete list waits for its files to be read, too.
      enter(root, complete ? reading : Reading.IF_CHANGED);
      complete = true;
      return;
    }
    problems.set(
        "",
        root.path
            + (Files.exists(root.path)
                ? " is a file, but must be a folder"
                : ": there is no such folder"));
    if (present) {
      present = false;
      settling.clear();
      stopListening(root);
    }
  }

  /**
   * Listens to the nearest folder above that exists, because that is where ours appears or goes.
   */
  private void listenAbove() {
    Path folder = root.path.getParent();
    while (folder != null && !Files.isDirectory(folder)) {
      folder = folder.getParent();
    }
    if (folder == null || (folder.equals(aboveFolder) && above != null && above.valid())) {
      return;
    }
    String name = folder.relativize(root.path).getName(0).toString();
    Registration before = above;
    above =
        watch.register(
            folder,
            new FolderWatch.Listener() {
              @Override
              public void happened(String changed, Set<Happened> what) {
                rootTold |= changed.equals(name);
              }

              @Override
              public void overflow() {
                rootTold = true;
              }
            });
    aboveFolder = folder;
    if (before != null) {
      before.release();
    }
    Path next = folder.resolve(name);
    if (!next.equals(root.path) && Files.isDirectory(next)) {
      listenAbove(); // it appeared in between
    }
  }

  // What is told.

  private void happened(Dir dir, String name, Set<Happened> what) {
    if (name.startsWith(".")) {
      // A mounted ConfigMap changes by renaming a link to ..data, which all its files go through.
      for (String link : List.copyOf(dir.links)) {
        look(dir, link, Reading.IF_CHANGED);
      }
      forgetTargets(dir);
      return;
    }
    if (!settling.contains(new Entry(dir, name)) && !what.contains(Happened.DELETED)) {
      if (Files.isDirectory(dir.path.resolve(name))) {
        // At once: it must be listened to before more happens in it.
        look(dir, name, Reading.IF_CHANGED_AND_SETTLED);
        return;
      }
      if (dir.files.contains(name) && what.equals(Set.of(Happened.CREATED))) {
        look(dir, name, Reading.ALWAYS);
        return;
      }
    }
    settle(dir, name);
  }

  private void tellAll(Dir dir) {
    Set<String> names = list(dir);
    if (names != null) {
      names.forEach(name -> settle(dir, name));
      dir.names().forEach(name -> settle(dir, name));
    }
  }

  /** Has the name looked at when nothing more has been told of it for a while. */
  private void settle(Dir dir, String name) {
    var entry = new Entry(dir, name);
    if (rescanning && settling.contains(entry)) {
      return;
    }
    repairs += rescanning ? 1 : 0;
    settling.tell(entry);
  }

  // Folders.

  private void enter(Dir dir, Reading reading) {
    Registration before = dir.registration;
    dir.registration = watch.register(dir.path, dir);
    if (before != null) {
      before.release();
    }
    try {
      dir.real = dir.path.toRealPath();
    } catch (IOException gone) {
      dir.real = null;
    }
    Set<String> names = list(dir);
    if (names == null) {
      return;
    }
    names.forEach(name -> look(dir, name, reading));
    for (String name : dir.names()) {
      if (names.contains(name)) {
        continue;
      }
      if (reading == Reading.IF_CHANGED_AND_SETTLED) {
        settle(dir, name);
      } else {
        vanish(dir, name);
      }
    }
    forgetTargets(dir);
  }

  /** The names in a folder that are not hidden, sorted; null when it cannot be listed. */
  private @Nullable Set<String> list(Dir dir) {
    var names = new TreeSet<String>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(dir.path)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (!name.startsWith(".")) {
          names.add(name);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException gone) {
      return null; // what is above it tells
    } catch (DirectoryIteratorException e) {
      return notListed(dir, new IOException(e.getCause()));
    } catch (IOException e) {
      return notListed(dir, e);
    }
    problems.clear(dir.prefix);
    return names;
  }

  private @Nullable Set<String> notListed(Dir dir, IOException e) {
    String what = dir.prefix.isEmpty() ? dir.path + " cannot be listed: " : "cannot be listed: ";
    problems.set(dir.prefix, what + ManifestFiles.reason(e));
    return null;
  }

  private void look(Dir dir, String name, Reading reading) {
    if (dir.left || !present) {
      return;
    }
    Path path = dir.path.resolve(name);
    boolean link = Files.isSymbolicLink(path);
    if (link) {
      dir.links.add(name);
    } else {
      dir.links.remove(name);
    }
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(path, BasicFileAttributes.class);
    } catch (NoSuchFileException gone) {
      lookAtNothing(dir, name, link, reading);
      return;
    } catch (IOException e) {
      files.unreadable(dir.prefix + name, e);
      return;
    }
    if (attributes.isDirectory()) {
      forgetFile(dir, name);
      Dir child = dir.dirs.get(name);
      if (child == null) {
        child = newDir(dir, name, path);
      }
      if (child != null) {
        enter(child, reading == Reading.ALWAYS ? Reading.IF_CHANGED_AND_SETTLED : reading);
      }
    } else if (attributes.isRegularFile() && ManifestReader.isManifest(name)) {
      leave(dir.dirs.remove(name));
      if (link) {
        listenToTarget(dir, name);
      }
      lookAtFile(dir, name, path, attributes, reading);
    } else {
      leave(dir.dirs.remove(name));
      forgetFile(dir, name);
    }
  }

  private void lookAtNothing(Dir dir, String name, boolean link, Reading reading) {
    if (reading != Reading.ALWAYS && dir.knows(name)) {
      settle(dir, name); // half-way through being replaced, perhaps
      return;
    }
    vanish(dir, name);
    if (link && ManifestReader.isManifest(name)) {
      dir.links.add(name);
      problems.set(dir.prefix + name, "is a link to something that is not there");
    }
  }

  private void lookAtFile(
      Dir dir, String name, Path path, BasicFileAttributes attributes, Reading reading) {
    String file = dir.prefix + name;
    boolean changed = files.looksChanged(file, attributes);
    boolean read =
        switch (reading) {
          case ALWAYS -> true;
          case IF_CHANGED -> changed;
          case IF_CHANGED_AND_SETTLED -> {
            if (changed) {
              settle(dir, name);
            }
            yield !changed && rescanning && files.unverified(file);
          }
        };
    if (read) {
      dir.files.add(name);
      if (!files.read(file, path, attributes)) {
        settle(dir, name);
      }
    }
  }

  private @Nullable Dir newDir(Dir dir, String name, Path path) {
    String prefix = dir.prefix + name + "/";
    if (dir.depth >= DEPTH_MAX) {
      problems.set(prefix, "is more than %d folders deep and not read".formatted(DEPTH_MAX));
      return null;
    }
    try {
      Path real = path.toRealPath();
      for (Dir around = dir; around != null; around = around.parent) {
        if (real.equals(around.real)) {
          problems.set(prefix, "leads back to a folder that it is in and is not followed");
          return null;
        }
      }
    } catch (IOException gone) {
      return null;
    }
    problems.clear(prefix);
    var child = new Dir(dir, path, prefix);
    dir.dirs.put(name, child);
    return child;
  }

  /** The name is no longer there. */
  private void vanish(Dir dir, String name) {
    dir.links.remove(name);
    forgetFile(dir, name);
    problems.clear(dir.prefix + name + "/");
    leave(dir.dirs.remove(name));
  }

  private void forgetFile(Dir dir, String name) {
    dir.files.remove(name);
    files.forget(dir.prefix + name);
  }

  private void leave(@Nullable Dir dir) {
    if (dir == null) {
      return;
    }
    dir.left = true;
    dir.dirs.values().forEach(this::leave);
    dir.files.forEach(name -> files.forget(dir.prefix + name));
    problems.clearBelow(dir.prefix);
    stopListening(dir);
  }

  private void stopListening(Dir dir) {
    if (dir.registration != null) {
      dir.registration.release();
      dir.registration = null;
    }
    dir.linkTargets.values().forEach(Registration::release);
    dir.linkTargets.clear();
    dir.dirs.values().forEach(this::stopListening);
  }

  /**
   * Listens where a link leads to, if that is another folder: who writes to the target of a link
   * does not touch the link.
   */
  private void listenToTarget(Dir dir, String link) {
    Path target = target(dir, link);
    if (target == null || target.equals(dir.real)) {
      return;
    }
    Registration before = dir.linkTargets.get(target);
    if (before != null && before.valid()) {
      return;
    }
    Registration now =
        watch.register(
            target,
            new FolderWatch.Listener() {
              @Override
              public void happened(String name, Set<Happened> what) {
                overflow();
              }

              @Override
              public void overflow() {
                if (!dir.left) {
                  dir.links.forEach(link -> settle(dir, link));
                }
              }
            });
    if (now != null) {
      dir.linkTargets.put(target, now);
    }
    if (before != null) {
      before.release();
    }
  }

  /** Stops listening to where no link leads any more. */
  private static void forgetTargets(Dir dir) {
    if (dir.linkTargets.isEmpty()) {
      return;
    }
    var targets = new HashSet<Path>();
    for (String link : dir.links) {
      Path target = target(dir, link);
      if (target != null) {
        targets.add(target);
      }
    }
    dir.linkTargets
        .entrySet()
        .removeIf(each -> {
          if (targets.contains(each.getKey())) {
            return false;
          }
          each.getValue().release();
          return true;
        });
  }

  /** The folder that the target of a link is in; null when it leads nowhere. */
  private static @Nullable Path target(Dir dir, String link) {
    try {
      return dir.path.resolve(link).toRealPath().getParent();
    } catch (IOException dangling) {
      return null; // the rescan sees it when it leads somewhere again
    }
  }
}

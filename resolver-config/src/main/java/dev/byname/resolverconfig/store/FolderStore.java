package dev.byname.resolverconfig.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The store in a folder of one machine. The value of {@code services/specs/default/web} is the file
 * {@code services/specs/default/web.json}; a Byname server that watches the folder as manifests
 * serves it. Files that people put there are left alone; those in the place of a key are that key's
 * value.
 *
 * <h2>Whole or not at all</h2>
 *
 * A transaction is first written as one file, made durable and renamed to {@code .byname/journal}:
 * the moment of the rename decides. Then its changes are made, each by an atomic rename; then the
 * journal is deleted. Whoever comes next — a reader too — finds either no journal, and nothing of a
 * transaction that died before its rename, or a journal, and makes its changes again, which is
 * harmless as often as it happens. So {@code kill -9} or a power cut at any byte leaves the old or
 * the new state. Files in the making are kept in {@code .byname/} as well: a watcher of the folder
 * never sees half a file.
 *
 * <p>One at a time: readers and writers take the lock {@code .byname/lock}, which the kernel gives
 * back when a process dies.
 */
public final class FolderStore implements ObjectStore {
  /** No slashes, no leading dot: a key never leads out of the folder or into {@code .byname}. */
  private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.:_-]*");

  private static final String SUFFIX = ".json";

  private static final long LOCK_WAIT_FIRST_NANOS = Duration.ofMillis(1).toNanos();
  private static final long LOCK_WAIT_LONGEST_NANOS = Duration.ofMillis(50).toNanos();

  /** With the waits above about ten seconds. */
  private static final int LOCK_ATTEMPTS = 205;

  private final Path folder;
  private final FileLayer files;
  private final Path lockFile;
  private final Path journalFile;
  private final Path journalDraft;
  private final Path valueDraft;

  /**
   * Opens the store; the folder is made when it is missing.
   *
   * @throws StoreException when it cannot be made
   */
  public static FolderStore open(Path folder) {
    return new FolderStore(folder, new DiskLayer());
  }

  FolderStore(Path folder, FileLayer files) {
    this.folder = folder;
    this.files = files;
    var own = folder.resolve(".byname");
    lockFile = own.resolve("lock");
    journalFile = own.resolve("journal");
    journalDraft = own.resolve("journal.draft");
    valueDraft = own.resolve("value.draft");
    try {
      files.createFolders(own);
    } catch (IOException failed) {
      throw new StoreException("cannot make " + own + ": " + reason(failed), failed);
    }
  }

  public Path folder() {
    return folder;
  }

  @Override
  public Snapshot read(Set<String> keys, Set<String> prefixes) {
    return locked(() -> {
      var values = new TreeMap<String, StoredValue>();
      for (var key : keys) {
        readInto(values, key);
      }
      for (var prefix : prefixes) {
        for (var file : files.filesBelow(folder.resolve(prefix))) {
          var key = key(file);
          if (key.isPresent()) {
            readInto(values, key.get());
          }
        }
      }
      return new Snapshot(values);
    });
  }

  @Override
  public Commit commit(Transaction transaction) {
    return locked(() -> {
      for (var expected : transaction.expectedVersions().entrySet()) {
        var content = files.read(file(expected.getKey()));
        if (version(content) != expected.getValue()) {
          return new Commit.Conflict(expected.getKey());
        }
      }
      var journal = new Journal(transaction.puts(), transaction.deletes());
      writeDurably(journalDraft, journal.encode(), journalFile);
      try {
        apply(journal);
      } catch (IOException failed) {
        // The journal stands: the next one to take the lock makes the changes.
        throw new StoreException("cannot write to " + folder + ": " + reason(failed), failed, true);
      }
      var versions = new TreeMap<String, Long>();
      transaction.puts().forEach((key, value) -> versions.put(key, version(value)));
      return new Commit.Committed(versions);
    });
  }

  @Override
  public boolean isFolder() {
    return true;
  }

  @Override
  public String description() {
    return "folder " + folder;
  }

  @Override
  public String place(String key) {
    return file(key).toString();
  }

  @Override
  public void close() {}

  private void readInto(Map<String, StoredValue> values, String key) throws IOException {
    var content = files.read(file(key));
    if (content != null) {
      values.put(key, new StoredValue(key, content, version(content)));
    }
  }

  /** Makes the changes of a journal that stands, then removes it. */
  private void apply(Journal journal) throws IOException {
    var touched = new TreeSet<Path>();
    for (var put : journal.puts().entrySet()) {
      var file = file(put.getKey());
      files.createFolders(parent(file));
      files.write(valueDraft, put.getValue());
      files.sync(valueDraft);
      files.move(valueDraft, file);
      touched.add(parent(file));
    }
    for (var key : journal.deletes()) {
      var file = file(key);
      files.createFolders(parent(file));
      files.delete(file);
      touched.add(parent(file));
    }
    for (var changed : touched) {
      files.syncFolder(changed);
    }
    files.delete(journalFile);
    files.syncFolder(parent(journalFile));
  }

  private void writeDurably(Path draft, byte[] content, Path file) throws IOException {
    files.write(draft, content);
    files.sync(draft);
    files.move(draft, file);
    files.syncFolder(parent(file));
  }

  /** Finishes what a writer that died had decided. */
  private void recover() throws IOException {
    var journal = files.read(journalFile);
    if (journal == null) {
      return;
    }
    Journal decoded;
    try {
      decoded = Journal.decode(journal);
    } catch (IOException damaged) {
      throw new StoreException(
          journalFile
              + " is damaged ("
              + damaged.getMessage()
              + "): a change may be half made; look at the newest files in "
              + folder
              + ", then delete the journal",
          damaged);
    }
    apply(decoded);
  }

  private <T> T locked(Action<T> action) {
    try (var _ = lock()) {
      recover();
      return action.run();
    } catch (IOException failed) {
      throw new StoreException("cannot use " + folder + ": " + reason(failed), failed);
    }
  }

  private FileLayer.Lock lock() throws IOException {
    var wait = LOCK_WAIT_FIRST_NANOS;
    for (var attempt = 1; attempt <= LOCK_ATTEMPTS; attempt++) {
      var lock = files.tryLock(lockFile);
      if (lock != null) {
        return lock;
      }
      LockSupport.parkNanos(wait);
      if (Thread.interrupted()) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while waiting for " + lockFile);
      }
      wait = Math.min(2 * wait, LOCK_WAIT_LONGEST_NANOS);
    }
    throw new IOException("another process has held " + lockFile + " for ten seconds");
  }

  private Path file(String key) {
    var segments = key.split("/", -1);
    for (var segment : segments) {
      if (!SEGMENT.matcher(segment).matches()) {
        throw new IllegalArgumentException("\"" + key + "\" is no key of a folder store");
      }
    }
    return folder.resolve(key + SUFFIX);
  }

  /** Empty for files that are not in the place of a key. */
  private Optional<String> key(Path file) {
    var relative = folder.relativize(file);
    var text = relative.toString();
    if (!text.endsWith(SUFFIX)) {
      return Optional.empty();
    }
    for (var segment : relative) {
      if (!SEGMENT.matcher(segment.toString()).matches()) {
        return Optional.empty();
      }
    }
    return Optional.of(text.substring(0, text.length() - SUFFIX.length()));
  }

  /**
   * The first 63 bits of the content's SHA-256: people edit these files too, and a counter kept
   * beside them would not notice.
   */
  private static long version(byte @Nullable [] content) {
    if (content == null) {
      return Transaction.ABSENT;
    }
    var hash = ByteBuffer.wrap(Journal.sha256(content)).getLong() & Long.MAX_VALUE;
    return Math.max(hash, 1);
  }

  private static Path parent(Path file) {
    return java.util.Objects.requireNonNull(file.getParent());
  }

  private static String reason(IOException failed) {
    return failed instanceof AccessDeniedException denied
        ? denied.getFile() + ": permission denied"
        : String.valueOf(failed.getMessage());
  }

  @FunctionalInterface
  private interface Action<T> {
    T run() throws IOException;
  }
}

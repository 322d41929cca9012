package dev.byname.resolverconfig.store;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** {@link FileLayer} on a real file system. */
final class DiskLayer implements FileLayer {
  /** Lock files held by this process. */
  private static final Set<Path> LOCKED_HERE = ConcurrentHashMap.newKeySet();

  @Override
  public byte @Nullable [] read(Path file) throws IOException {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException absent) {
      return null;
    }
  }

  @Override
  public List<Path> filesBelow(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (var paths = Files.walk(folder)) {
      return paths.filter(Files::isRegularFile).toList();
    }
  }

  @Override
  public void write(Path file, byte[] content) throws IOException {
    Files.deleteIfExists(file);
    try (var channel = FileChannel.open(file, CREATE_NEW, WRITE)) {
      var buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }
  }

  @Override
  public void sync(Path file) throws IOException {
    try (var channel = FileChannel.open(file, WRITE)) {
      channel.force(true);
    }
  }

  @Override
  public void syncFolder(Path folder) throws IOException {
    // Linux takes fsync of a directory opened for reading.
    try (var channel = FileChannel.open(folder, READ)) {
      channel.force(true);
    }
  }

  @Override
  public void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
  }

  @Override
  public void createFolders(Path folder) throws IOException {
    var missing = new ArrayDeque<Path>();
    for (var at = folder; at != null && !Files.isDirectory(at); at = at.getParent()) {
      missing.push(at);
    }
    for (var each : missing) {
      Files.createDirectories(each);
      var parent = each.getParent();
      if (parent != null) {
        syncFolder(parent);
      }
    }
  }

  @Override
  public @Nullable Lock tryLock(Path file) throws IOException {
    var path = file.toAbsolutePath().normalize();
    // A process that closes any channel of a file loses all its locks on it (POSIX fcntl), so no
    // thread may even open the file while another one of this process holds the lock.
    if (!LOCKED_HERE.add(path)) {
      return null;
    }
    var lock = new DiskLock(path);
    try {
      lock.take();
    } finally {
      if (!lock.isHeld()) {
        lock.close();
      }
    }
    return lock.isHeld() ? lock : null;
  }

  /** The lock of one file; the end of the process gives it back as well. */
  private static final class DiskLock implements Lock {
    private final Path path;
    private @Nullable FileChannel channel;
    private @Nullable FileLock lock;

    DiskLock(Path path) {
      this.path = path;
    }

    void take() throws IOException {
      channel = FileChannel.open(path, CREATE, WRITE);
      lock = channel.tryLock();
    }

    boolean isHeld() {
      return lock != null;
    }

    @Override
    public void close() throws IOException {
      try {
        if (channel != null) {
          channel.close();
        }
      } finally {
        LOCKED_HERE.remove(path);
      }
    }
  }
}

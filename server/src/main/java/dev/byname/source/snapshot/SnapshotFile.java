package dev.byname.source.snapshot;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** The file on disk: read whole, replaced in one step. */
final class SnapshotFile {
  /** Twenty times what 10,000 services with 100,000 endpoints take. */
  static final long SIZE_BYTES_MAX = 128L << 20;

  private static final int WRITE_BUFFER_BYTES = 1 << 16;

  private final Path path;

  SnapshotFile(Path path) {
    this.path = path.toAbsolutePath();
  }

  /** Reads the whole file; null when there is none. */
  @Nullable Picture read() throws IOException, RefusedException {
    if (!Files.exists(path)) {
      return null;
    }
    if (!Files.isRegularFile(path)) {
      throw new RefusedException("it is not a file");
    }
    long size = Files.size(path);
    if (size > SIZE_BYTES_MAX) {
      throw new RefusedException("it has " + size + " bytes, more than " + SIZE_BYTES_MAX);
    }
    return SnapshotDecoder.read(Files.readAllBytes(path));
  }

  /**
   * Replaces the file. When it returns, the new one survives a power cut; when it fails at any
   * point, the old one is untouched.
   */
  void write(Picture picture) throws IOException {
    var directory = path.getParent();
    if (directory == null) {
      throw new IOException(path + " is no file name");
    }
    var temporary = path.resolveSibling(path.getFileName() + ".tmp");
    try (var channel =
            FileChannel.open(
                temporary,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        // During a rolling update two processes may keep the same file.
        var lock = tryLock(channel)) {
      if (lock == null) {
        throw new IOException("another process is writing " + temporary);
      }
      channel.truncate(0);
      // Not closed: that would close the channel before it is forced.
      var out = new BufferedOutputStream(Channels.newOutputStream(channel), WRITE_BUFFER_BYTES);
      SnapshotEncoder.write(picture, out);
      out.flush();
      channel.force(true);
      Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
    }
    // The rename itself is on disk only when the directory is.
    try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static java.nio.channels.@Nullable FileLock tryLock(FileChannel channel)
      throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException sameProcess) {
      return null;
    }
  }
}

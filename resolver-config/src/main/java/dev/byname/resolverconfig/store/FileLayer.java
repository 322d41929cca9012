package dev.byname.resolverconfig.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The few file operations {@link FolderStore} needs, so that a test can end the world between any
 * two of them, or in the middle of one.
 */
interface FileLayer {

  /** The whole content, or null when there is no such file. */
  byte @Nullable [] read(Path file) throws IOException;

  /** All regular files below a folder, at any depth; none when there is no such folder. */
  List<Path> filesBelow(Path folder) throws IOException;

  /**
   * Writes a new file, never into an existing one of that name (it may have a second name after a
   * power cut in the middle of a rename); not durable before {@link #sync}.
   */
  void write(Path file, byte[] content) throws IOException;

  /** Makes a file's content durable. */
  void sync(Path file) throws IOException;

  /** Makes the names in a folder durable: files created, renamed and deleted there. */
  void syncFolder(Path folder) throws IOException;

  /**
   * Renames atomically, replacing the target; durable after {@link #syncFolder} of both folders.
   */
  void move(Path from, Path to) throws IOException;

  /** Deletes a file if there is one. */
  void delete(Path file) throws IOException;

  /** Creates a folder with its parents, durably. */
  void createFolders(Path folder) throws IOException;

  /** Takes an exclusive lock of this machine, or returns null when somebody has it. */
  @Nullable Lock tryLock(Path file) throws IOException;

  /** A lock that is held. */
  interface Lock extends AutoCloseable {
    @Override
    void close() throws IOException;
  }
}

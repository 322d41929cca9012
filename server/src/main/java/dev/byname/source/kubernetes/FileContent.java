package dev.byname.source.kubernetes;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads small files, and says what is wrong with one in the operator's words. */
final class FileContent {
  /** Far above any certificate bundle; a path to a device or a log must not fill the heap. */
  private static final long BYTES_MAX = 4 << 20;

  private FileContent() {}

  /**
   * @param where the field that names the file
   */
  static byte[] read(String where, Path file) throws AccessException {
    try {
      if (Files.size(file) > BYTES_MAX) {
        throw new AccessException(where + ": " + file + ": larger than 4 MiB, surely another file");
      }
      return Files.readAllBytes(file);
    } catch (IOException unreadable) {
      throw new AccessException(problem(where, file, unreadable), unreadable);
    }
  }

  static String problem(String where, Path file, IOException unreadable) {
    String reason =
        switch (unreadable) {
          case NoSuchFileException missing -> "no such file";
          case AccessDeniedException denied -> "permission denied";
          default ->
              Files.isDirectory(file) ? "is a directory" : String.valueOf(unreadable.getMessage());
        };
    return where + ": " + file + ": " + reason;
  }
}

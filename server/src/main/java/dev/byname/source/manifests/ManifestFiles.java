package dev.byname.source.manifests;

import dev.byname.source.manifests.ManifestReader.Content;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The manifests by their names below the folder, as they were last read. */
final class ManifestFiles {
  static final int FILES_MAX = 100_000;

  /** What tells without reading that a file has changed. */
  private record Signature(long sizeBytes, FileTime modified, @Nullable Object fileKey) {
    static Signature of(BasicFileAttributes attributes) {
      return new Signature(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
    }
  }

  /**
   * A file as it was last read.
   *
   * @param verified whether it was found to be the same once more after some time. Before, its
   *     signature cannot be trusted: two changes within one tick of the file system's clock look
   *     the same.
   */
  private record Known(Signature signature, String sha256, boolean verified) {}

  private final Map<String, Known> files = new HashMap<>();
  private final ManifestReader reader;
  private final ManifestObjects objects;
  private final ProblemReport problems;

  ManifestFiles(ManifestReader reader, ManifestObjects objects, ProblemReport problems) {
    this.reader = reader;
    this.objects = objects;
    this.problems = problems;
  }

  int count() {
    return files.size();
  }

  /** Whether the file is new or looks different from when it was read. */
  boolean looksChanged(String file, BasicFileAttributes attributes) {
    Known known = files.get(file);
    return known == null || !known.signature().equals(Signature.of(attributes));
  }

  /** Whether the file has been read since it was last {@link Known#verified}. */
  boolean unverified(String file) {
    Known known = files.get(file);
    return known != null && !known.verified();
  }

  /**
   * Reads the file and takes over what it holds.
   *
   * @param attributes from before; a change since then makes the file look changed next time
   * @return false when it is gone
   */
  boolean read(String file, Path path, BasicFileAttributes attributes) {
    Known known = files.get(file);
    if (known == null && files.size() >= FILES_MAX) {
      problems.set(
          file, "is not read: the folder has more than %,d manifests".formatted(FILES_MAX));
      return true;
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(path)) {
      bytes = in.readNBytes(ManifestReader.FILE_BYTES_MAX + 1);
    } catch (NoSuchFileException gone) {
      return false;
    } catch (IOException e) {
      unreadable(file, e);
      return true;
    }
    var signature = Signature.of(attributes);
    String hash = sha256(bytes);
    if (known != null && hash.equals(known.sha256())) {
      files.put(file, new Known(signature, hash, known.signature().equals(signature)));
      return true;
    }
    files.put(file, new Known(signature, hash, false));
    Content content = reader.read(file, bytes);
    objects.update(file, content);
    problems.set(file, content.problems());
    return true;
  }

  /**
   * Takes over what the file holds, if nothing is wrong with it.
   *
   * @return false when something is, and nothing was done
   */
  boolean readIfGood(String file, Path path, BasicFileAttributes attributes) {
    if (files.size() >= FILES_MAX) {
      return false;
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(path)) {
      bytes = in.readNBytes(ManifestReader.FILE_BYTES_MAX + 1);
    } catch (IOException later) {
      return false;
    }
    Content content = reader.read(file, bytes);
    if (!content.problems().isEmpty()) {
      return false;
    }
    files.put(file, new Known(Signature.of(attributes), sha256(bytes), false));
    objects.update(file, content);
    problems.set(file, content.problems());
    return true;
  }

  /** It is there but cannot be read; what it held stays. */
  void unreadable(String file, IOException e) {
    problems.set(file, "cannot be read: " + reason(e));
    // To be read when that is over, even if it looks the same.
    Known known = files.get(file);
    if (known != null) {
      files.put(file, new Known(known.signature(), "", false));
    }
  }

  /** It is gone, and what it held with it. */
  void forget(String file) {
    problems.clear(file);
    if (files.remove(file) != null) {
      objects.remove(file);
    }
  }

  /** Java's messages for these repeat the path, which the problem names already. */
  static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof FileSystemException known && known.getReason() != null) {
      return known.getReason();
    }
    return String.valueOf(e.getMessage());
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every Java has SHA-256", impossible);
    }
  }
}

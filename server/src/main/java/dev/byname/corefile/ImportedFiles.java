package dev.byname.corefile;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The files of one configuration: finds them, reads each once, and keeps the digest of all. */
final class ImportedFiles {
  /**
   * Per file. A ConfigMap holds 1 MiB at most; a long {@code hosts} block on a disk may be larger.
   */
  static final int FILE_BYTES_MAX = 4 << 20;

  /** All files together. */
  static final int ALL_BYTES_MAX = 16 << 20;

  private final Problems problems;
  private final MessageDigest sha512;

  /** What was read; empty for a file that could not be. */
  private final Map<Path, String> texts = new LinkedHashMap<>();

  private final List<Path> readFiles = new ArrayList<>();
  private long bytesRead;

  ImportedFiles(Problems problems) {
    this.problems = problems;
    try {
      sha512 = MessageDigest.getInstance("SHA-512");
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every JDK has SHA-512", missing);
    }
  }

  List<Path> readFiles() {
    return readFiles;
  }

  /** To be called once, in the end. */
  String sha512() {
    return HexFormat.of().formatHex(sha512.digest());
  }

  void digest(String name, String text) {
    digest(name, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Lengths first: otherwise moving a line from the end of one file into the next would go unseen.
   */
  private void digest(String name, byte[] content) {
    var nameBytes = name.getBytes(StandardCharsets.UTF_8);
    sha512.update(ByteBuffer.allocate(8).putInt(nameBytes.length).putInt(content.length).flip());
    sha512.update(nameBytes);
    sha512.update(content);
  }

  /**
   * The text of a file.
   *
   * @param at who asks for the file; problems with it are reported there
   * @return nothing when it cannot be used, which is then reported
   */
  @Nullable String read(Source file, Location at) {
    var known = texts.get(file.path());
    if (known != null) {
      return known;
    }
    byte[] content;
    try (var in = Files.newInputStream(file.path())) {
      content = in.readNBytes(FILE_BYTES_MAX + 1);
    } catch (IOException | SecurityException failure) {
      problems.add(at, "%s cannot be read: %s".formatted(file.name(), reason(file, failure)));
      return null;
    }
    if (content.length > FILE_BYTES_MAX) {
      problems.add(at, "%s is larger than %d MiB".formatted(file.name(), FILE_BYTES_MAX >> 20));
      return null;
    }
    bytesRead += content.length;
    if (bytesRead > ALL_BYTES_MAX) {
      problems.add(
          at,
          "with %s the configuration is larger than %d MiB"
              .formatted(file.name(), ALL_BYTES_MAX >> 20));
      return null;
    }
    readFiles.add(file.path());
    digest(file.name(), content);
    var text = decoded(content, file);
    texts.put(file.path(), text);
    return text;
  }

  private static String reason(Source file, Exception failure) {
    if (failure instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (failure instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (Files.isDirectory(file.path())) {
      return "it is a directory";
    }
    var message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }

  /** CoreDNS reads broken UTF-8 without a word; it mostly is a comment in another encoding. */
  private String decoded(byte[] content, Source file) {
    var decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    var out = CharBuffer.allocate(content.length);
    var in = ByteBuffer.wrap(content);
    if (decoder.decode(in, out, true).isError()) {
      var line = 1;
      for (int i = 0; i < in.position(); i++) {
        if (content[i] == '\n') {
          line++;
        }
      }
      problems.warn(file.line(line), "this line is not UTF-8");
      return new String(content, StandardCharsets.UTF_8);
    }
    return out.flip().toString();
  }

  // ---- patterns ----

  /**
   * The files that an import means, by name. Nothing for a pattern that matches nothing, which is
   * worth a warning, or for a file that is not there, which is an error.
   */
  List<Source> matching(String pattern, Token importWord, Collection<String> snippetNames) {
    var at = importWord.location();
    var importing = importWord.source();
    var wildcard = pattern.contains("*") || pattern.contains("?") || pattern.contains("[");
    try {
      if (!wildcard) {
        var path = sibling(importing, Path.of(pattern));
        if (!Files.exists(path.path())) {
          problems.add(
              at,
              "%s: no such file to import, and no snippet of that name%s"
                  .formatted(Lexer.shortened(pattern), NearestWord.hint(pattern, snippetNames)));
          return List.of();
        }
        return List.of(path);
      }
      // The bound is CoreDNS's: more wildcards can keep it searching for very long.
      if (pattern.contains("[")
          || pattern.indexOf('*') != pattern.lastIndexOf('*')
          || pattern.indexOf('?') != pattern.lastIndexOf('?')) {
        problems.add(
            at,
            "the import pattern %s may have one * and one ?, and no [...]"
                .formatted(Lexer.shortened(pattern)));
        return List.of();
      }
      return matchingWildcard(pattern, at, importing);
    } catch (InvalidPathException noPath) {
      problems.add(at, "\"%s\" cannot be the name of a file".formatted(Lexer.shortened(pattern)));
      return List.of();
    }
  }

  private List<Source> matchingWildcard(String pattern, Location at, Source importing) {
    // As far as written: keeps names relative in messages when they are relative in the file.
    var found = List.of(Path.of(pattern.startsWith("/") ? "/" : ""));
    for (var segment : Path.of(pattern)) {
      var next = new ArrayList<Path>();
      for (var parent : found) {
        next.addAll(children(parent, segment.toString(), importing));
      }
      found = next;
    }
    var files = new ArrayList<Source>();
    for (var path : found) {
      var file = sibling(importing, path);
      if (Files.isDirectory(file.path())) {
        // A mounted ConfigMap keeps its versions in folders named ..something.
        if (!path.getFileName().toString().startsWith("..")) {
          problems.add(
              at, "%s matches the directory %s".formatted(Lexer.shortened(pattern), file.name()));
        }
      } else {
        files.add(file);
      }
    }
    if (found.isEmpty()) {
      problems.warn(at, "no file matches %s".formatted(Lexer.shortened(pattern)));
    }
    return files;
  }

  private static List<Path> children(Path parent, String segment, Source importing) {
    if (!segment.contains("*") && !segment.contains("?")) {
      var child = parent.resolve(segment);
      return Files.exists(sibling(importing, child).path()) ? List.of(child) : List.of();
    }
    var folder = sibling(importing, parent).path();
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (var entries = Files.list(folder)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> matches(segment, 0, name, 0))
          .sorted()
          .map(parent::resolve)
          .toList();
    } catch (IOException | java.io.UncheckedIOException | SecurityException unreadable) {
      return List.of();
    }
  }

  /** As Go's filepath.Match: {@code *} also matches names that begin with a dot. */
  private static boolean matches(String pattern, int p, String name, int n) {
    if (p == pattern.length()) {
      return n == name.length();
    }
    if (pattern.charAt(p) == '*') {
      return matches(pattern, p + 1, name, n)
          || (n < name.length() && matches(pattern, p, name, n + 1));
    }
    return n < name.length()
        && (pattern.charAt(p) == '?' || pattern.charAt(p) == name.charAt(n))
        && matches(pattern, p + 1, name, n + 1);
  }

  /** A file named in another one. */
  private static Source sibling(Source importing, Path named) {
    var displayed =
        Path.of(importing.name()).isAbsolute() || named.isAbsolute()
            ? importing.path().resolveSibling(named)
            : Path.of(importing.name()).resolveSibling(named);
    return new Source(
        displayed.normalize().toString(), importing.path().resolveSibling(named).normalize());
  }
}

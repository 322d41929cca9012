package dev.byname.corefile;

import dev.byname.corefile.Token.Splice;
import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.HashMap;
import java.util.HexFormat;
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

  /** So that a file that is imported often is read once. */
  private final Map<Path, List<Token>> imported = new HashMap<>();

  /** Why a file cannot be used; said again wherever it is imported. */
  private final Map<Path, String> refused = new HashMap<>();

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
    byte[] content;
    try (var in = Files.newInputStream(file.path())) {
      content = in.readNBytes(FILE_BYTES_MAX + 1);
    } catch (IOException | SecurityException failure) {
      return refuse(file, at, "cannot be read: " + reason(file, failure));
    }
    if (content.length > FILE_BYTES_MAX) {
      return refuse(file, at, "is larger than %d MiB".formatted(FILE_BYTES_MAX >> 20));
    }
    if (bytesRead + content.length > ALL_BYTES_MAX) {
      return refuse(
          file, at, "makes the configuration larger than %d MiB".formatted(ALL_BYTES_MAX >> 20));
    }
    bytesRead += content.length;
    readFiles.add(file.path());
    digest(file.name(), content);
    return decoded(content, file);
  }

  private @Nullable String refuse(Source file, Location at, String why) {
    refused.put(file.path(), why);
    problems.add(at, "%s %s".formatted(file.name(), why));
    return null;
  }

  /** The words of an imported file; none when it cannot be read, which is reported. */
  List<Token> words(Source file, Location at) {
    var known = imported.get(file.path());
    if (known != null) {
      return known;
    }
    var why = refused.get(file.path());
    if (why != null) {
      problems.add(at, "%s %s".formatted(file.name(), why));
      return List.of();
    }
    String text = null;
    if (Files.isDirectory(file.path())) {
      refuse(file, at, "cannot be imported: it is a directory");
    } else if (Files.exists(file.path()) && !Files.isRegularFile(file.path())) {
      refuse(file, at, "cannot be imported: it is no regular file"); // a pipe could block for ever
    } else {
      text = read(file, at);
    }
    if (text == null) {
      return List.of();
    }
    var words = Lexer.tokens(file, text, Splice.main(file.path().toString()), problems);
    imported.put(file.path(), words);
    return words;
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
      // A mounted ConfigMap keeps its versions in folders named ..something.
      var file = sibling(importing, path);
      if (!path.getFileName().toString().startsWith("..") || !Files.isDirectory(file.path())) {
        files.add(file);
      }
    }
    if (files.isEmpty()) {
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
    } catch (IOException | UncheckedIOException | SecurityException unreadable) {
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

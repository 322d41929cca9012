package dev.byname.source.manifests;

import dev.byname.cluster.ClusterObject;
import dev.byname.source.Decoded;
import dev.byname.source.JsonTree;
import dev.byname.source.ObjectDecoder;
import dev.byname.source.Tree;
import dev.byname.source.TreeSyntaxException;
import dev.byname.source.YamlTree;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** From the bytes of one manifest to the objects in it and everything that is wrong with it. */
final class ManifestReader {
  /**
   * A file may have this many bytes; its tree takes some ten times that in memory while it is read.
   */
  static final int FILE_BYTES_MAX = 8 << 20;

  /** Problems of one file that are told; a file that has more is not a manifest. */
  static final int PROBLEMS_MAX = 20;

  /** Kustomize's own files, which need not name their kind. */
  private static final Set<String> NO_MANIFESTS = Set.of("kustomization.yaml", "kustomization.yml");

  private final ObjectDecoder decoder;

  ManifestReader(ObjectDecoder decoder) {
    this.decoder = decoder;
  }

  /** What a file holds, and everything that is wrong with it. */
  record Content(List<Found> objects, List<ManifestProblem> problems) {}

  /** An object and the line it begins at. */
  record Found(ClusterObject object, int line) {}

  /** Whether a file of this name is a manifest. */
  static boolean isManifest(String fileName) {
    String name = fileName.toLowerCase(Locale.ROOT);
    return (name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json"))
        && !NO_MANIFESTS.contains(name);
  }

  /** Whether a file that can be read without a mistake is whole: JSON ends where it says. */
  static boolean tellsItsEnd(String fileName) {
    return fileName.toLowerCase(Locale.ROOT).endsWith(".json");
  }

  /**
   * Reads all of a file.
   *
   * @param file its name below the watched folder
   */
  Content read(String file, byte[] bytes) {
    var objects = new ArrayList<Found>();
    var problems = new ArrayList<ManifestProblem>();
    if (bytes.length == 0) {
      problems.add(
          new ManifestProblem(
              file, 0, "is empty; what it held stays until the file is written or deleted"));
      return new Content(objects, problems);
    }
    if (bytes.length > FILE_BYTES_MAX) {
      problems.add(
          new ManifestProblem(
              file, 0, "is longer than %d MiB and is not read".formatted(FILE_BYTES_MAX >> 20)));
      return new Content(objects, problems);
    }
    try {
      String text = text(bytes);
      if (tellsItsEnd(file)) {
        decode(file, JsonTree.read(text), objects, problems);
      } else {
        YamlTree.read(text, document -> decode(file, document, objects, problems));
      }
    } catch (TreeSyntaxException e) {
      problems.add(new ManifestProblem(file, e.line(), e.problem()));
    }
    if (problems.size() > PROBLEMS_MAX) {
      List<ManifestProblem> rest = problems.subList(PROBLEMS_MAX, problems.size());
      int line = rest.getFirst().line();
      int count = rest.size();
      rest.clear();
      problems.add(new ManifestProblem(file, line, "and %d more problems".formatted(count)));
    }
    return new Content(objects, problems);
  }

  private void decode(
      String file, Tree document, List<Found> objects, List<ManifestProblem> problems) {
    decoder.decodeEach(
        document,
        (line, decoded) -> {
          switch (decoded) {
            case Decoded.Objects object ->
                object.objects().forEach(part -> objects.add(new Found(part, line)));
            case Decoded.Undecodable bad ->
                bad.problems()
                    .forEach(problem ->
                        problems.add(
                            new ManifestProblem(file, problem.line(), problem.toString())));
            case Decoded.LeftOut other -> {}
            case Decoded.OtherKind other -> {}
          }
        });
  }

  /**
   * Strictly UTF-8, as the Kubernetes API has it; the byte order mark that some editors add is cut.
   */
  private static String text(byte[] bytes) throws TreeSyntaxException {
    if (startsWith(bytes, 0xfe, 0xff) || startsWith(bytes, 0xff, 0xfe)) {
      throw new TreeSyntaxException(1, "is UTF-16; manifests are UTF-8");
    }
    int start = startsWith(bytes, 0xef, 0xbb, 0xbf) ? 3 : 0;
    ByteBuffer in = ByteBuffer.wrap(bytes, start, bytes.length - start);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CharsetDecoder utf8 =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    CoderResult result = utf8.decode(in, out, true);
    if (result.isError()) {
      throw new TreeSyntaxException(
          lineOf(bytes, in.position()),
          "is not valid UTF-8: byte 0x%02x".formatted(bytes[in.position()]));
    }
    String text = out.flip().toString();
    int nul = text.indexOf('\0');
    if (nul >= 0) {
      throw new TreeSyntaxException(
          1 + (int) text.chars().limit(nul).filter(c -> c == '\n').count(),
          "has a NUL character in it");
    }
    return text;
  }

  private static boolean startsWith(byte[] bytes, int... prefix) {
    for (int i = 0; i < prefix.length; i++) {
      if (i >= bytes.length || (bytes[i] & 0xff) != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  private static int lineOf(byte[] bytes, int position) {
    int line = 1;
    for (int i = 0; i < position; i++) {
      line += bytes[i] == '\n' ? 1 : 0;
    }
    return line;
  }
}

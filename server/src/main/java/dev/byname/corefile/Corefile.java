package dev.byname.corefile;

import java.nio.file.Path;
import java.util.List;

/**
 * A configuration as it was read.
 *
 * @param blocks in the file's order; never empty when there was no error, because a file without
 *     any block means CoreDNS's default ({@code whoami} and {@code log} for everything)
 * @param translated whether they were made from kube-dns's ConfigMap
 * @param readFiles absolute paths of all files that were read, the main file first; empty for a
 *     text without imports
 * @param sha512 of everything that was read, in lower-case hexadecimal: it changes exactly when one
 *     of the files does. Also there when the text has errors, so that a bad configuration is tried
 *     once.
 */
public record Corefile(
    List<ServerBlock> blocks, boolean translated, List<Path> readFiles, String sha512) {
  public Corefile {
    blocks = List.copyOf(blocks);
    readFiles = List.copyOf(readFiles);
  }

  /**
   * Reads a configuration file: a Corefile; a Kubernetes ConfigMap, as YAML or JSON, that holds one
   * under the key {@code Corefile}; or kube-dns's ConfigMap, which is translated. A directory is
   * taken for a mounted ConfigMap of either kind. Never throws for what it finds; if {@code
   * problems} has errors afterwards, the result holds what could be made out and is good for
   * nothing but looking for more problems.
   */
  public static Corefile parse(Path file, ParseOptions options, Problems problems) {
    return new CorefileParser(options, problems).parse(file);
  }

  /**
   * Reads the text of such a file.
   *
   * @param fileName for messages; imports are relative to the folder it would be in
   */
  public static Corefile parse(
      String text, String fileName, ParseOptions options, Problems problems) {
    return new CorefileParser(options, problems).parse(text, fileName);
  }

  /**
   * Canonical Corefile text of the blocks: imports, snippets, variables and comments are resolved.
   */
  public String print() {
    return CorefilePrinter.print(blocks);
  }
}

package dev.byname.source.manifests;

/**
 * Something wrong in a manifest.
 *
 * @param file below the watched folder, with {@code /}; empty for the folder itself
 * @param line from 1; 0 when it is about the whole file
 * @param message what is wrong, for the operator
 */
public record ManifestProblem(String file, int line, String message)
    implements Comparable<ManifestProblem> {

  @Override
  public int compareTo(ManifestProblem other) {
    int byFile = file.compareTo(other.file);
    if (byFile != 0) {
      return byFile;
    }
    int byLine = Integer.compare(line, other.line);
    return byLine != 0 ? byLine : message.compareTo(other.message);
  }

  /** {@code shop/web.yaml:12: Service shop/web: spec.ports[0].port: 0 is no port (1 to 65535)}. */
  @Override
  public String toString() {
    if (file.isEmpty()) {
      return message;
    }
    return line == 0 ? file + ": " + message : file + ":" + line + ": " + message;
  }
}

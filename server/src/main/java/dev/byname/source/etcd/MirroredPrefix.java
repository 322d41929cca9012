package dev.byname.source.etcd;

import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The keys below one prefix, and what is known of them. Only revisions are kept, the values are the
 * listener's affair. Used by the mirror's thread.
 */
final class MirroredPrefix {
  /** A key that exists, with the revision of the value that the listener was given last. */
  static final class Entry {
    long modRevision;

    /** The last list or check that has seen the key. */
    int round;

    Entry(long modRevision, int round) {
      this.modRevision = modRevision;
      this.round = round;
    }
  }

  private final String path;
  private final ByteString start;
  private final ByteString end;

  /** By the rest of the key after the prefix. */
  final Map<String, Entry> entries = new HashMap<>();

  /** Everything before this revision has been applied. */
  long nextRevision;

  /**
   * @param path ends with a slash
   */
  MirroredPrefix(String path) {
    if (!path.endsWith("/")) {
      throw new IllegalArgumentException("prefix \"" + path + "\" must end with a slash");
    }
    this.path = path;
    start = ByteString.copyFromUtf8(path);
    // The first key after all that begin with the path: its last byte, the slash, plus one.
    end = ByteString.copyFromUtf8(path.substring(0, path.length() - 1) + (char) ('/' + 1));
  }

  String path() {
    return path;
  }

  ByteString start() {
    return start;
  }

  ByteString end() {
    return end;
  }

  /**
   * The rest of a key after the prefix; null for what is no text, which no key of the API server's
   * is.
   */
  @Nullable String rest(ByteString key) {
    var rest = key.substring(start.size());
    return rest.isValidUtf8() ? rest.toStringUtf8() : null;
  }

  @Override
  public String toString() {
    return path;
  }
}

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
  private final @Nullable MirroredPrefix insteadOf;

  /** By the rest of the key after the prefix. */
  final Map<String, Entry> entries = new HashMap<>();

  /** Everything before this revision has been applied. */
  long nextRevision;

  /** Whether it is listed and watched; false while the prefix it stands in for has keys. */
  boolean followed = true;

  /** Keys that the current list has found so far. */
  int listed;

  /**
   * @param path ends with a slash
   */
  MirroredPrefix(String path) {
    this(path, null);
  }

  /**
   * A prefix that is read only where another one has nothing.
   *
   * @param insteadOf comes earlier among the mirror's prefixes
   */
  MirroredPrefix(String path, @Nullable MirroredPrefix insteadOf) {
    if (!path.endsWith("/")) {
      throw new IllegalArgumentException("prefix \"" + path + "\" must end with a slash");
    }
    this.path = path;
    this.insteadOf = insteadOf;
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

  /** Whether a list that begins now, after the other prefix was listed, is to include this one. */
  boolean wanted() {
    return insteadOf == null || insteadOf.listed == 0;
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

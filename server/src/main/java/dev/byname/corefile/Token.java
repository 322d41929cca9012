package dev.byname.corefile;

import org.jspecify.annotations.Nullable;

/**
 * A word of a Corefile.
 *
 * @param line where it starts
 * @param endLine where it ends: quoted words may hold line ends
 * @param splice the import that put it here
 */
record Token(String text, Source source, int line, int endLine, Splice splice) {
  Location location() {
    return source.line(line);
  }

  boolean is(String word) {
    return text.equals(word);
  }

  Token in(Splice newSplice) {
    return new Token(text, source, line, endLine, newSplice);
  }

  /**
   * Whether a line begins with this word. What an import brings is never on the line of what stands
   * before or after the import. (CoreDNS compares line numbers alone, so a snippet of one line
   * imported twice in a row becomes a single line there.)
   */
  boolean startsLineAfter(@Nullable Token previous) {
    return previous == null || !splice.isSameAs(previous.splice) || previous.endLine < line;
  }

  /** One use of one imported file or snippet; the chain of parents leads to the main file. */
  static final class Splice {
    private final @Nullable Splice parent;
    private final String what;
    private final int depth;

    private Splice(@Nullable Splice parent, String what, int depth) {
      this.parent = parent;
      this.what = what;
      this.depth = depth;
    }

    static Splice main(String what) {
      return new Splice(null, what, 0);
    }

    Splice importing(String imported) {
      return new Splice(this, imported, depth + 1);
    }

    int depth() {
      return depth;
    }

    /** Two imports of one snippet are different splices. */
    boolean isSameAs(Splice other) {
      return equals(other); // identity: not overridden
    }

    /** Whether this, or what led here, is the import of the named file or snippet. */
    boolean isInside(String imported) {
      for (var splice = this; splice != null; splice = splice.parent) {
        if (splice.what.equals(imported)) {
          return true;
        }
      }
      return false;
    }
  }
}

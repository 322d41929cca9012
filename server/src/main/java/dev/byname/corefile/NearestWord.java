package dev.byname.corefile;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/**
 * The word somebody probably meant: Damerau-Levenshtein distance (optimal string alignment), which
 * counts two swapped neighbours as one slip.
 */
public final class NearestWord {
  /** Longer input is no slip of the finger, and the work grows with the square. */
  private static final int LENGTH_MAX = 64;

  private NearestWord() {}

  /**
   * The nearest candidate, the first of several equally near ones; nothing when all are too far.
   * Too far is more than a third of the word's letters, and more than three in any case. Case does
   * not count as a difference.
   */
  public static Optional<String> to(String word, Collection<String> candidates) {
    if (word.length() > LENGTH_MAX) {
      return Optional.empty();
    }
    var wanted = word.toLowerCase(Locale.ROOT);
    var allowed = Math.min(3, Math.max(1, word.length() / 3));
    Optional<String> best = Optional.empty();
    for (var candidate : candidates) {
      if (Math.abs(candidate.length() - word.length()) > allowed) {
        continue;
      }
      var distance = distance(wanted, candidate.toLowerCase(Locale.ROOT));
      if (distance <= allowed) {
        allowed = distance - 1;
        best = Optional.of(candidate);
      }
    }
    return best;
  }

  /** {@code ; did you mean "cache"?}, or nothing. */
  public static String hint(String word, Collection<String> candidates) {
    return to(word, candidates).map(near -> "; did you mean \"" + near + "\"?").orElse("");
  }

  static int distance(String a, String b) {
    var beforeLast = new int[b.length() + 1];
    var last = new int[b.length() + 1];
    var row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        var cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(Math.min(row[j - 1], last[j]) + 1, last[j - 1] + cost);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
        }
      }
      var free = beforeLast;
      beforeLast = last;
      last = row;
      row = free;
    }
    return last[b.length()];
  }
}

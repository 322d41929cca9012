package dev.byname.resolverconfig.injection;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Two texts as {@code diff -u} shows them; quick for long texts that differ in a few lines. */
final class UnifiedDiff {
  private static final int CONTEXT = 3;

  /** A line of the script that turns one text into the other: ' ', '-' or '+'. */
  private record Line(char sign, String text) {}

  private UnifiedDiff() {}

  /** Empty when the texts are equal. */
  static String of(String oldName, String oldText, String newName, String newText) {
    if (oldText.equals(newText)) {
      return "";
    }
    var script = script(oldText.lines().toList(), newText.lines().toList());
    var diff = new StringBuilder("--- " + oldName + "\n+++ " + newName + "\n");
    int at = 0;
    while ((at = nextChange(script, at)) < script.size()) {
      int from = Math.max(0, at - CONTEXT);
      int end = endOfHunk(script, at);
      hunk(script, from, end, diff);
      at = end;
    }
    return diff.toString();
  }

  private static int nextChange(List<Line> script, int from) {
    int at = from;
    while (at < script.size() && script.get(at).sign() == ' ') {
      at++;
    }
    return at;
  }

  /** Changes whose context would touch share a hunk. */
  private static int endOfHunk(List<Line> script, int firstChange) {
    int lastChange = firstChange;
    for (int at = firstChange; at < script.size() && at <= lastChange + 2 * CONTEXT + 1; at++) {
      if (script.get(at).sign() != ' ') {
        lastChange = at;
      }
    }
    return Math.min(script.size(), lastChange + CONTEXT + 1);
  }

  private static void hunk(List<Line> script, int from, int end, StringBuilder diff) {
    var before = script.subList(0, from);
    var lines = script.subList(from, end);
    diff.append("@@ -")
        .append(range(before, lines, '+'))
        .append(" +")
        .append(range(before, lines, '-'))
        .append(" @@\n");
    lines.forEach(line -> diff.append(line.sign()).append(line.text()).append('\n'));
  }

  /** First line and count on the side that lacks the lines of the {@code other} side's sign. */
  private static String range(List<Line> before, List<Line> lines, char other) {
    long start = before.stream().filter(line -> line.sign() != other).count() + 1;
    long count = lines.stream().filter(line -> line.sign() != other).count();
    return (count == 0 ? start - 1 : start) + (count == 1 ? "" : "," + count);
  }

  /**
   * The shortest script, found by trying ever more differences (E. Myers, "An O(ND) Difference
   * Algorithm and Its Variations", 1986). Diagonal k holds the points with x - y = k.
   */
  private static List<Line> script(List<String> left, List<String> right) {
    int max = left.size() + right.size();
    var furthest = new int[] {0, 0, 0}; // x on diagonals -1, 0, 1
    var rounds = new ArrayList<int[]>();
    for (int d = 0; d <= max; d++) {
      rounds.add(furthest);
      var next = new int[2 * d + 5]; // diagonals -d-2 … d+2
      for (int k = -d; k <= d; k += 2) {
        int x = startOfRound(furthest, d, k);
        while (x < left.size() && x - k < right.size() && left.get(x).equals(right.get(x - k))) {
          x++;
        }
        next[k + d + 2] = x;
        if (x >= left.size() && x - k >= right.size()) {
          return backtrack(rounds, left, right);
        }
      }
      furthest = next;
    }
    throw new IllegalStateException("no script of " + max + " differences");
  }

  /** One step right (a line less) or down (a line more) from the round before. */
  private static int startOfRound(int[] before, int d, int k) {
    int above = before[k + d + 2];
    int below = before[k + d] + 1;
    return d == 0 ? 0 : (goesDown(before, d, k) ? above : below);
  }

  private static boolean goesDown(int[] before, int d, int k) {
    return k == -d || (k != d && before[k + d] < before[k + d + 2]);
  }

  private static List<Line> backtrack(List<int[]> rounds, List<String> left, List<String> right) {
    var script = new ArrayDeque<Line>();
    int x = left.size();
    int y = right.size();
    for (int d = rounds.size() - 1; d >= 0; d--) {
      int k = x - y;
      var before = rounds.get(d);
      int start = startOfRound(before, d, k);
      while (x > start) {
        script.addFirst(new Line(' ', left.get(--x)));
        y--;
      }
      if (d > 0 && goesDown(before, d, k)) {
        script.addFirst(new Line('+', right.get(--y)));
      } else if (d > 0) {
        script.addFirst(new Line('-', left.get(--x)));
      }
    }
    return List.copyOf(script);
  }
}

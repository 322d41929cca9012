package dev.byname.resolverconfig.injection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class UnifiedDiffTest {
  private static final Pattern HUNK =
      Pattern.compile("@@ -(\\d+)(?:,(\\d+))? \\+(\\d+)(?:,(\\d+))? @@");

  @Test
  void equalTextsHaveNoDifference() {
    assertThat(UnifiedDiff.of("a", "x\n", "b", "x\n")).isEmpty();
  }

  @Test
  void threeLinesAroundEachChange() {
    assertThat(
            UnifiedDiff.of("a", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "b", "1\n2\n3\n4\n5!\n6\n7\n8\n9\n"))
        .isEqualTo(
            """
            --- a
            +++ b
            @@ -2,7 +2,7 @@
             2
             3
             4
            -5
            +5!
             6
             7
             8
            """);
  }

  @Test
  void farChangesAreHunksOfTheirOwnAndNearOnesShareOne() {
    assertThat(
            UnifiedDiff.of("a", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "b", "2\n3\n4\n5\n6\n7\n8\n9\n0\n"))
        .isEqualTo(
            """
            --- a
            +++ b
            @@ -1,4 +1,3 @@
            -1
             2
             3
             4
            @@ -7,3 +6,4 @@
             7
             8
             9
            +0
            """);
    assertThat(UnifiedDiff.of("a", "1\n2\n3\n4\n", "b", "2\n3\n4\n5\n")).containsOnlyOnce("@@ -");
  }

  @Test
  void fromNothing() {
    assertThat(UnifiedDiff.of("a", "", "b", "1\n")).isEqualTo("--- a\n+++ b\n@@ -0,0 +1 @@\n+1\n");
  }

  @Test
  void applyingARandomDiffGivesTheNewText() {
    long seed = 20251122;
    var random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      var left = lines(random);
      var right = new ArrayList<>(left);
      for (int edit = random.nextInt(6); edit > 0; edit--) {
        if (!right.isEmpty() && random.nextBoolean()) {
          right.remove(random.nextInt(right.size()));
        } else {
          right.add(random.nextInt(right.size() + 1), "line" + random.nextInt(8));
        }
      }
      var diff = UnifiedDiff.of("a", text(left), "b", text(right));

      assertThat(apply(left, diff)).as("seed %d round %d%n%s", seed, round, diff).isEqualTo(right);
    }
  }

  private static List<String> lines(Random random) {
    var lines = new ArrayList<String>();
    for (int count = random.nextInt(40); count > 0; count--) {
      lines.add("line" + random.nextInt(8));
    }
    return lines;
  }

  private static String text(List<String> lines) {
    return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
  }

  /** As patch(1) does, trusting no line that it has not compared. */
  private static List<String> apply(List<String> left, String diff) {
    var result = new ArrayList<String>();
    int at = 0;
    for (var line : diff.lines().skip(2).toList()) {
      var hunk = HUNK.matcher(line);
      if (hunk.matches()) {
        int count = hunk.group(2) == null ? 1 : Integer.parseInt(hunk.group(2));
        int start = Integer.parseInt(hunk.group(1)) - (count == 0 ? 0 : 1);
        result.addAll(left.subList(at, start));
        at = start;
        int newStart = Integer.parseInt(hunk.group(3));
        assertThat("0".equals(hunk.group(4)) ? newStart : newStart - 1).isEqualTo(result.size());
        continue;
      }
      if (line.charAt(0) != '+') {
        assertThat(left.get(at++)).isEqualTo(line.substring(1));
      }
      if (line.charAt(0) != '-') {
        result.add(line.substring(1));
      }
    }
    result.addAll(left.subList(at, left.size()));
    return result;
  }
}

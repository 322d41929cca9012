package dev.byname.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.PatternSyntaxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoRegexTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      textBlock =
          """
          (.*)-(x)\\.org web-x.org. web-x.org,web,x
          ^a$ b ''
          (a)|(b) b b,,b
          (?P<long_name>a+)b aab aab,aa
          (?:a)(b) ab ab,b
          (?i)A a a
          [[:alpha:]]+ 1ab2 ab
          [^[:digit:]]+ 1ab2 ab
          [[]x [x [x
          []x]+ ]x ]x
          [a&&b]+ a&b a&b
          \\Q(\\E(a) (a (a,a
          \\.(a)\\z x.a .a,a
          """)
  void goSyntax(String regex, String text, String groups) {
    var found = GoRegex.of(regex).find(text);
    assertThat(found == null ? "" : String.join(",", found)).isEqualTo(groups);
  }

  @Test
  void namesOfGroups() {
    assertThat(GoRegex.of("(a)(?P<b_1>b)(?:c)(?<d>d)[(](e)").groupNames())
        .containsOnlyKeys("b_1", "d")
        .containsEntry("b_1", 2)
        .containsEntry("d", 3);
  }

  /** With an engine that backtracks, each of these would outlast the test. */
  @Test
  void noTextTakesLong() {
    var regex = GoRegex.of("^(a+)+$");
    assertThat(regex.find("a".repeat(200))).isNotNull();
    assertThat(regex.find("a".repeat(200) + "!")).isNull();
    assertThat(GoRegex.of("^((a|b)(c|))*$").find("ab".repeat(5_000) + "!")).isNull();
  }

  @Test
  void whatIsNoRegularExpressionIsRefused() {
    for (String bad : new String[] {"(a", "a)", "[a", "[[:nothing:]]", "*"}) {
      assertThatThrownBy(() -> GoRegex.of(bad)).isInstanceOf(PatternSyntaxException.class);
    }
  }
}

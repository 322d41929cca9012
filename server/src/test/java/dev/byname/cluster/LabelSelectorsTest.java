package dev.byname.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The cases are those that the rules of apimachinery's labels.Parse decide one by one. */
class LabelSelectorsTest {

  @ParameterizedTest(name = "{0} on {1}: {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "app=web              | app=web         | true",
        "app=web              | app=db          | false",
        "app=web              |                 | false",
        "app==web             | app=web         | true",
        "app = web            | app=web         | true",
        "app!=web             | app=web         | false",
        "app!=web             | app=db          | true",
        "app!=web             |                 | true",
        "app in (web)         | app=web         | true",
        "app in (web,db)      | app=db          | true",
        "app in ( web , db )  | app=db          | true",
        "app in(web)          | app=web         | true",
        "app in (web)         |                 | false",
        "app notin (web)      | app=web         | false",
        "app notin (web)      | app=db          | true",
        "app notin (web)      |                 | true",
        "app                  | app=web         | true",
        "app                  | app=            | true",
        "app                  | tier=x          | false",
        "!app                 | tier=x          | true",
        "! app                | app=web         | false",
        "app=                 | app=            | true",
        "app=                 | app=web         | false",
        "app=                 |                 | false",
        "app=,tier=x          | app=;tier=x     | true",
        "app!=                | app=            | false",
        "app!=                | app=web         | true",
        "app in (,web)        | app=            | true",
        "app in (web,)        | app=            | true",
        "app in (,)           | app=            | true",
        "app=web,tier=front   | app=web;tier=front | true",
        "app=web,tier=front   | app=web         | false",
        "app=web,!tier        | app=web         | true",
        "app=web,!tier        | app=web;tier=x  | false",
        "a,b notin (x),c=y    | a=1;c=y         | true",
        "in in (in)           | in=in           | true",
        "notin notin (notin)  | notin=in        | true",
        "in                   | in=x            | true",
        "app=in               | app=in          | true",
        "example.com/app=web  | example.com/app=web | true",
        "app=A_b-c.1          | app=A_b-c.1     | true",
      })
  void selects(String selector, String labels, boolean expected) {
    assertThat(LabelSelectors.parse(selector).matches(labels(labels))).isEqualTo(expected);
  }

  @Test
  void nothingSelectsEverything() {
    assertThat(LabelSelectors.parse("")).isSameAs(LabelSelector.EVERYTHING);
    assertThat(LabelSelectors.parse(" \t ")).isSameAs(LabelSelector.EVERYTHING);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "app==web               | app=web",
        "app in (web)           | app=web",
        "app notin (web)        | app!=web",
        "app in ( b , a,a )     | app in (a,b)",
        "!app , tier notin(x,y) | !app,tier notin (x,y)",
        "app=                   | app=",
      })
  void printsItselfAsTheApiServerReadsIt(String selector, String canonical) {
    LabelSelector parsed = LabelSelectors.parse(selector);
    assertThat(parsed).hasToString(canonical);
    assertThat(LabelSelectors.parse(canonical)).hasToString(canonical);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "app=web,        | a label's name is expected at the end",
        "',app=web'      | a label's name is expected at \",app=web\"",
        "app=web,,b      | a label's name is expected at \",b\"",
        "=web            | a label's name is expected at \"=web\"",
        "!               | a label's name is expected at the end",
        "!!app           | a label's name is expected at \"!app\"",
        "!app=web        | ',' or the end is expected at \"=web\"",
        "app web         | one of = == != in notin ',' is expected at \"web\"",
        "app=web db      | ',' or the end is expected at \"db\"",
        "app in          | '(' with values is expected at the end",
        "app in web      | '(' with values is expected at \"web\"",
        "app in ()       | at least one value is expected at \")\"",
        "app in (web     | ',' or ')' is expected at the end",
        "app in (a b)    | ',' or ')' is expected at \"b)\"",
        "app in (a))     | ',' or the end is expected at \")\"",
        "app in ((a))    | ',' or ')' is expected at \"(a))\"",
        "app>1           | '>' is not possible here at \">1\"",
        "app<1           | '<' is not possible here at \"<1\"",
        "app=-web        | \"-web\" is no label value at \"-web\"",
        "app=we/b        | \"we/b\" is no label value at \"we/b\"",
        "-app            | \"-app\" is no label name at \"-app\"",
        "/app            | \"/app\" is no label name at \"/app\"",
        "a/b/c           | \"a/b/c\" is no label name at \"a/b/c\"",
        "EXAMPLE.com/app | \"EXAMPLE.com/app\" is no label name at \"EXAMPLE.com/app\"",
      })
  void refuses(String selector, String problem) {
    assertThatThrownBy(() -> LabelSelectors.parse(selector))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .startsWith("label selector \"" + selector + "\": ")
        .contains(problem.strip());
  }

  @ParameterizedTest
  @ValueSource(ints = {63, 64})
  void namesAndValuesHave63CharactersAtMost(int length) {
    String long_ = "x".repeat(length);
    for (String selector : new String[] {long_, "app=" + long_, "example.com/" + long_}) {
      if (length == 63) {
        LabelSelectors.parse(selector);
      } else {
        assertThatThrownBy(() -> LabelSelectors.parse(selector))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  private static Map<String, String> labels(String text) {
    var labels = new HashMap<String, String>();
    if (text != null) {
      for (String label : text.split(";", -1)) {
        String[] parts = label.split("=", 2);
        labels.put(parts[0], parts[1]);
      }
    }
    return labels;
  }
}

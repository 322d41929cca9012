package dev.byname.plugin.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The language, held against what Go's text/template says. */
class GoTemplateTest {
  private static final GoTemplate.Method META =
      arguments -> arguments.getFirst().equals("a/b") ? "meta" : "";
  private static final Map<String, Object> DATA =
      Map.of(
          "Name",
          "a.example.",
          "Match",
          List.of("whole", "one"),
          "Group",
          Map.of("x", "0a", "y", "7"),
          "Nested",
          Map.of("List", List.of(Map.of("Number", 5L))),
          "Empty",
          "",
          "Meta",
          META);

  private static String render(String template) throws TemplateException {
    return GoTemplate.parse(template, Set.copyOf(DATA.keySet())).render(DATA);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '~',
      textBlock =
          """
          plain }} text => plain }} text
          {{ .Name }} 60 IN A => a.example. 60 IN A
          {{.Name}}{{.Group.x}} => a.example.0a
          {{ index .Match 1 }} => one
          {{ index .Group "y" }} => 7
          {{ index .Group "z" }}. => .
          {{ .Group.z }} => <no value>
          {{ (index .Nested.List 0).Number }} => 5
          {{ parseInt .Group.x 16 8 }} => 10
          {{ .Group.x | printf "%s-%s" "b" }} => b-0a
          {{ printf "%03d %x %q %v %5s|%-3s|%%" 7 255 "s" true "r" "l" }} => 007 ff "s" true     r|l  |%
          {{ .Meta "a/b" }} => meta
          {{ .Meta "c/d" }}. => .
          {{ len .Name }} {{ len .Match }} => 10 2
          {{ slice .Name 2 4 }} => ex
          {{ print "a" 1 2 "b" }} => a1 2b
          {{ if eq .Name "x" "a.example." }}yes{{ else }}no{{ end }} => yes
          {{ if .Empty }}a{{ else if .Match }}b{{ else }}c{{ end }} => b
          {{ if and .Name (not .Empty) }}a{{ end }} => a
          {{ or .Empty .Name }} => a.example.
          {{ if lt 1 2 }}{{ if ge 2 2 }}{{ if ne 1 2 }}a{{ end }}{{ end }}{{ end }} => a
          {{ with .Group }}{{ .x }}{{ $.Name }}{{ end }} => 0aa.example.
          {{ with .Empty }}a{{ else }}b{{ end }} => b
          {{ range .Match }}<{{ . }}>{{ end }} => <whole><one>
          {{ range $i, $m := .Match }}{{ $i }}{{ $m }},{{ end }} => 0whole,1one,
          {{ range $k, $v := .Group }}{{ $k }}={{ $v }} {{ end }}. => x=0a y=7 .
          {{ range .Empty | slice .Match 2 }}x{{ else }}none{{ end }} => !
          {{ range slice .Match 2 }}x{{ else }}none{{ end }} => none
          {{ $n := index .Match 0 }}{{ $n }}{{ $n = "x" }}{{ $n }} => wholex
          a {{- " b " -}} c => a b c
          a{{/* a comment */}}b => ab
          {{ "q\\"}}" }} => q"}}
          {{ `raw"\\` }} => raw"\\
          """)
  void rendered(String template, String result) throws TemplateException {
    if (result.equals("!")) {
      assertThatThrownBy(() -> render(template)).isInstanceOf(TemplateException.class);
      return;
    }
    assertThat(render(template)).isEqualTo(result);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '~',
      textBlock =
          """
          {{ .Name => "{{" without "}}"
          {{ }} => {{}} is empty
          {{ .Nme }} => there is no .Nme
          {{ $.Nme }} => there is no .Nme
          {{ lookup .Name }} => there is no function lookup
          {{ $x }} => unknown variable $x
          {{ $x = 1 }} => unknown variable $x
          {{ if .Name }}a => {{end}} is missing
          {{ end }} => {{end}} belongs to nothing
          {{ else }} => {{else}} belongs to nothing
          {{ if }}a{{ end }} => a value is missing
          {{ (index .Match 0 }} => ")" is missing
          {{ index .Match 0) }} => unexpected ")"
          {{ define "x" }}{{ end }} => {{define}} is not supported
          {{ template "x" }} => {{template}} is not supported
          {{ .Name # }} => unexpected "#"
          {{ "\\z" }} => unknown escape
          {{ range $a, $b, $c := .Match }}{{ end }} => range takes one or two variables
          """)
  void complaints(String template, String reason) {
    assertThatThrownBy(() -> GoTemplate.parse(template, DATA.keySet()))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '~',
      textBlock =
          """
          {{ index .Match 2 }} => index out of range: 2
          {{ index .Match "a" }} => cannot index
          {{ index .Name 10 }} => index out of range: 10
          {{ parseInt "gg" 16 8 }} => "gg" is no number of 8 bits
          {{ parseInt "100" 16 8 }} => "100" is no number of 8 bits
          {{ parseInt "-1" 10 8 }} => "-1" is no number of 8 bits
          {{ parseInt "1" 1 8 }} => parseInt takes
          {{ parseInt "1" 10 }} => parseInt takes 3 arguments
          {{ lt 1 "a" }} => cannot compare
          {{ .Name "x" }} => an argument for what is no function
          {{ .Name.First }} => no field .First
          {{ printf "%d" "a" }} => does not print
          {{ printf "%d" }} => no value for %d
          {{ printf "a" 1 }} => a value too many
          {{ range .Name }}{{ end }} => which has no elements
          {{ slice .Name 3 2 }} => slice
          {{ .Name | len | parseInt }} => parseInt takes 3
          """)
  void failures(String template, String reason) {
    assertThatThrownBy(() -> render(template))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void aTemplateCannotGrowWithoutEnd() {
    String ten = "{{ range .Match }}".repeat(16) + "{{ $.Name }}" + "{{ end }}".repeat(16);
    assertThatThrownBy(() ->
            GoTemplate.parse(ten, DATA.keySet())
                .render(Map.of("Name", "x".repeat(100), "Match", List.of(List.of(), List.of()))))
        .isInstanceOf(TemplateException.class);
  }
}

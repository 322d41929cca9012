package dev.byname.resolverconfig.injection;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.byname.resolverconfig.resolvconf.RefusedException;
import dev.byname.resolverconfig.testkit.YamlCases;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AdmissionReviewTest {
  private static final AdmissionReview.Request REQUEST =
      new AdmissionReview.Request("u-1", "CREATE", "", "Pod", "", "shop", Collections.emptyMap());

  @Test
  void readsWhatTheApiServerSends() throws IOException {
    var request =
        AdmissionReview.read(
            Files.readAllBytes(YamlCases.path("injection/review-create-pod.json")));

    assertThat(request.uid()).isEqualTo("705ab4f5-6393-11e8-b7cc-42010a800002");
    assertThat(request.namespace()).isEqualTo("shop");
    assertThat(request.createsPod()).isTrue();
    assertThat(request.object().get("metadata")).asString().contains("skol-nginx");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "",
      value = {
        "UPDATE, '', Pod, ''",
        "DELETE, '', Pod, ''",
        "CREATE, apps, Deployment, ''",
        "CREATE, '', Pod, binding",
        "CREATE, policy, Pod, ''",
      })
  void onlyTheCreationOfAPodIsOurs(
      String operation, String group, String kind, String subResource) {
    var body =
        """
        {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u",
         "operation":"%s","kind":{"group":"%s","version":"v1","kind":"%s"},"subResource":"%s"}}
        """
            .formatted(operation, group, kind, subResource);

    assertThat(AdmissionReview.read(body.getBytes(UTF_8)).createsPod()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{ | body: is not JSON",
        "null | kind: must be AdmissionReview",
        "{} | kind: must be AdmissionReview",
        "[] | body: is not JSON",
        "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1beta1\"}"
            + " | apiVersion: must be admission.k8s.io/v1, not admission.k8s.io/v1beta1",
        "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\"}"
            + " | request.uid: is missing",
      })
  void otherBodiesAreRefused(String body, String message) {
    assertThatThrownBy(() -> AdmissionReview.read(body.getBytes(UTF_8)))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void deepNestingIsRefused() {
    var body = "{\"a\":".repeat(5000) + "1" + "}".repeat(5000);

    assertThatThrownBy(() -> AdmissionReview.read(body.getBytes(UTF_8)))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("body: is not JSON");
  }

  @Test
  void aRefusalHasAStatus() {
    var answer = answer(new Injector.Outcome.Denied("does not fit", List.of("also this")));

    assertThat(answer)
        .isEqualTo(
            json(
                """
                {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{
                 "uid":"u-1","allowed":false,
                 "status":{"code":403,"message":"byname: does not fit"},
                 "warnings":["byname: also this"]}}
                """));
  }

  @Test
  void anUnchangedPodGetsNoPatch() {
    var answer = answer(new Injector.Outcome.Unchanged("no rule", List.of()));

    assertThat(answer)
        .isEqualTo(
            json(
                """
                {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview",
                 "response":{"uid":"u-1","allowed":true}}
                """));
  }

  @Test
  void warningsAreCutToWhatTheApiServerKeeps() {
    var outcome = new Injector.Outcome.Unchanged("", Collections.nCopies(40, "x".repeat(1000)));

    var warnings = answer(outcome).get("response").get("warnings");

    int bytes = 0;
    for (var warning : warnings) {
      assertThat(warning.stringValue()).hasSize(256).startsWith("byname: xxx").endsWith("x…");
      bytes += warning.stringValue().getBytes(UTF_8).length;
    }
    assertThat(bytes).isBetween(3800, 4096);
  }

  private static JsonNode answer(Injector.Outcome outcome) {
    return json(new String(AdmissionReview.answer(REQUEST, outcome), UTF_8));
  }

  private static JsonNode json(String text) {
    return JsonMapper.shared().readTree(text);
  }
}

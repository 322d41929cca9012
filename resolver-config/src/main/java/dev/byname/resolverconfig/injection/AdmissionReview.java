package dev.byname.resolverconfig.injection;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.byname.resolverconfig.resolvconf.RefusedException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/** {@code admission.k8s.io/v1} AdmissionReview as bytes in and bytes out. */
final class AdmissionReview {
  private static final String VERSION = "admission.k8s.io/v1";

  /** The API server cuts a warning at 256 characters, and drops those over 4096 in all. */
  private static final int WARNING_MAX = 256;

  private static final int WARNINGS_MAX = 4096;

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(100).build())
                  .build())
          .build();

  private AdmissionReview() {}

  /**
   * What a request asks for.
   *
   * @param operation {@code CREATE} for what we change
   * @param kind of the object; empty group for core
   */
  record Request(
      String uid,
      String operation,
      String group,
      String kind,
      String subResource,
      String namespace,
      Map<?, ?> object) {

    boolean createsPod() {
      return operation.equals("CREATE")
          && group.isEmpty()
          && kind.equals("Pod")
          && subResource.isEmpty();
    }
  }

  /**
   * Reads the request in a review.
   *
   * @throws RefusedException when it is no review that we could answer
   */
  static Request read(byte[] body) {
    Map<?, ?> review;
    try {
      review = JSON.readValue(body, Map.class);
    } catch (JacksonException e) {
      throw new RefusedException("body", "is not JSON: " + e.getOriginalMessage());
    }
    if (review == null || !"AdmissionReview".equals(review.get("kind"))) {
      throw new RefusedException("kind", "must be AdmissionReview");
    }
    if (!VERSION.equals(review.get("apiVersion"))) {
      throw new RefusedException(
          "apiVersion", "must be " + VERSION + ", not " + review.get("apiVersion"));
    }
    var request = object(review.get("request"));
    var kind = object(request.get("kind"));
    var uid = text(request.get("uid"));
    if (uid.isEmpty()) {
      throw new RefusedException("request.uid", "is missing");
    }
    return new Request(
        uid,
        text(request.get("operation")),
        text(kind.get("group")),
        text(kind.get("kind")),
        text(request.get("subResource")),
        text(request.get("namespace")),
        object(request.get("object")));
  }

  /** The review that answers {@code request}. */
  static byte[] answer(Request request, Injector.Outcome outcome) {
    Map<String, Object> response = new LinkedHashMap<>();
    response.put("uid", request.uid());
    switch (outcome) {
      case Injector.Outcome.Unchanged _ -> response.put("allowed", true);
      case Injector.Outcome.Changed changed -> {
        response.put("allowed", true);
        response.put("patchType", "JSONPatch");
        response.put(
            "patch",
            Base64.getEncoder().encodeToString(JSON.writeValueAsBytes(changed.patch().toJson())));
        response.put("auditAnnotations", Map.of("rules", String.join(",", changed.rules())));
      }
      case Injector.Outcome.Denied denied -> {
        response.put("allowed", false);
        response.put("status", Map.of("code", 403, "message", "byname: " + denied.reason()));
      }
    }
    var warnings = fitting(outcome.warnings());
    if (!warnings.isEmpty()) {
      response.put("warnings", warnings);
    }
    Map<String, Object> review = new LinkedHashMap<>();
    review.put("apiVersion", VERSION);
    review.put("kind", "AdmissionReview");
    review.put("response", response);
    return JSON.writeValueAsBytes(review);
  }

  private static List<String> fitting(List<String> warnings) {
    var fitting = new ArrayList<String>();
    int room = WARNINGS_MAX;
    for (var warning : warnings) {
      var text = cut("byname: " + warning);
      room -= text.getBytes(UTF_8).length;
      if (room >= 0) {
        fitting.add(text);
      }
    }
    return fitting;
  }

  private static String cut(String warning) {
    return warning.length() <= WARNING_MAX ? warning : warning.substring(0, WARNING_MAX - 1) + "…";
  }

  private static Map<?, ?> object(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  private static String text(@Nullable Object value) {
    return value instanceof String text ? text : "";
  }
}

package dev.byname.resolverconfig.registry;

import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/** What became of a request to the {@link Registry}. All but the first two changed nothing. */
public sealed interface Outcome {

  /** How a Service was applied. */
  enum Verb {
    CREATED("created"),
    CONFIGURED("configured"),
    UNCHANGED("unchanged");

    private final String label;

    Verb(String label) {
      this.label = label;
    }

    /** As kubectl says it. */
    @Override
    public String toString() {
      return label;
    }
  }

  /**
   * The Service is stored with all it was given (or would be, in a dry run).
   *
   * @param service as it is stored now, with its resourceVersion
   * @param given what it got: {@code ClusterIP 10.0.0.248}, {@code node port 31357 for 80/TCP}
   * @param freed what it no longer has
   * @param warnings what the author should know
   */
  record Applied(
      Verb verb,
      ObjectNode service,
      List<String> given,
      List<String> freed,
      List<String> warnings,
      boolean dryRun)
      implements Outcome {}

  /** The Service is gone and what it held is free (or would be, in a dry run). */
  record Deleted(ServiceKey service, List<String> freed, boolean dryRun) implements Outcome {}

  /** A request that did not work. */
  sealed interface Failed extends Outcome {
    /** One line for the operator. */
    String message();
  }

  /** There is no such Service. */
  record NotFound(ServiceKey service) implements Failed {
    @Override
    public String message() {
      return "services \"%s\" not found in namespace %s"
          .formatted(service.name(), service.namespace());
    }
  }

  /** The API server would refuse it for these reasons. */
  record Invalid(ServiceKey service, List<FieldError> errors) implements Failed {
    @Override
    public String message() {
      var all = errors.stream().map(FieldError::toString).collect(Collectors.joining(", "));
      return "Service \"%s\" is invalid: %s"
          .formatted(service.name(), errors.size() == 1 ? all : "[" + all + "]");
    }
  }

  /** It has changed since the version the request is about. */
  record Conflict(ServiceKey service, String reason) implements Failed {
    @Override
    public String message() {
      return "Operation cannot be fulfilled on services \"%s\": %s"
          .formatted(service.name(), reason);
    }
  }

  /**
   * Nothing can be given to it, or what is stored cannot be used.
   *
   * @param reason names the holder, the range or the stored object, and the remedy
   */
  record Refused(ServiceKey service, String reason) implements Failed {
    @Override
    public String message() {
      return "Service \"%s\": %s".formatted(service.name(), reason);
    }
  }
}

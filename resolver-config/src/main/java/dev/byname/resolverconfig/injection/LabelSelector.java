package dev.byname.resolverconfig.injection;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Kubernetes' label selector: all of its requirements must hold; without any it takes everything.
 */
record LabelSelector(List<Requirement> requirements) {
  LabelSelector {
    requirements = List.copyOf(requirements);
  }

  /**
   * One line of a selector.
   *
   * @param values empty for EXISTS and DOES_NOT_EXIST
   */
  record Requirement(String key, Operator operator, List<String> values) {
    boolean holds(Map<?, ?> labels) {
      var value = labels.get(key);
      return switch (operator) {
        case IN -> value != null && values.contains(value);
        // As Kubernetes: a pod without the label is not in any set of values.
        case NOT_IN -> value == null || !values.contains(value);
        case EXISTS -> value != null;
        case DOES_NOT_EXIST -> value == null;
      };
    }
  }

  enum Operator {
    IN("In", true),
    NOT_IN("NotIn", true),
    EXISTS("Exists", false),
    DOES_NOT_EXIST("DoesNotExist", false);

    private final String text;
    private final boolean needsValues;

    Operator(String text, boolean needsValues) {
      this.text = text;
      this.needsValues = needsValues;
    }
  }

  boolean matches(Map<?, ?> labels) {
    return requirements.stream().allMatch(requirement -> requirement.holds(labels));
  }

  static LabelSelector read(Fields selector) {
    var requirements = new ArrayList<Requirement>();
    var labels = selector.object("matchLabels");
    labels
        .entries()
        .forEach((key, value) -> {
          if (value instanceof String text) {
            requirements.add(new Requirement(String.valueOf(key), Operator.IN, List.of(text)));
          } else {
            labels.complain(String.valueOf(key), "must be text: put " + value + " in quotes");
          }
        });
    selector.objects("matchExpressions").forEach(line -> readExpression(line, requirements));
    selector.checkNames();
    return new LabelSelector(requirements);
  }

  private static void readExpression(Fields expression, List<Requirement> requirements) {
    var key = expression.text("key", "");
    var word = expression.text("operator", "");
    var values = expression.texts("values");
    expression.checkNames();
    if (key.isEmpty()) {
      expression.complain("key", "is missing");
    }
    for (var operator : Operator.values()) {
      if (operator.text.equals(word)) {
        if (operator.needsValues == values.isEmpty()) {
          expression.complain(
              "values",
              operator.needsValues ? "must not be empty for " + word : "must be empty for " + word);
        }
        requirements.add(new Requirement(key, operator, values));
        return;
      }
    }
    expression.complain("operator", "must be In, NotIn, Exists or DoesNotExist");
  }
}

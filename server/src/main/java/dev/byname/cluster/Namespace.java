package dev.byname.cluster;

import java.util.Map;

/** A Namespace; its labels matter to {@code namespace_labels}. */
public record Namespace(String name, Map<String, String> labels) implements ClusterObject {
  public Namespace {
    labels = Map.copyOf(labels);
  }

  @Override
  public ObjectKey key() {
    return new ObjectKey("", name);
  }

  @Override
  public Kind kind() {
    return Kind.NAMESPACE;
  }
}

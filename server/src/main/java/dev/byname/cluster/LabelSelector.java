package dev.byname.cluster;

import java.util.Map;

/**
 * Decides by labels which objects are seen: {@code labels} and {@code namespace_labels} of the
 * Corefile.
 */
@FunctionalInterface
public interface LabelSelector {
  LabelSelector EVERYTHING = labels -> true;

  boolean matches(Map<String, String> labels);
}

package dev.byname.source.kubernetes;

import dev.byname.cluster.ObjectKey;
import dev.byname.source.Tree;
import dev.byname.source.Tree.Mapping;
import dev.byname.source.Tree.Scalar;
import org.jspecify.annotations.Nullable;

/** What a reader must know of an object before it is decoded. */
record ApiObject(ObjectKey key, String resourceVersion) {

  static ApiObject of(Tree object) {
    return ofMetadata(field(object, "metadata"));
  }

  static ApiObject ofMetadata(@Nullable Tree metadata) {
    return new ApiObject(
        new ObjectKey(text(metadata, "namespace"), text(metadata, "name")),
        text(metadata, "resourceVersion"));
  }

  /** The annotation's value; empty when there is none. */
  static String annotation(Tree object, String name) {
    return text(field(field(object, "metadata"), "annotations"), name);
  }

  /** Empty when absent. */
  static String text(@Nullable Tree tree, String name) {
    return field(tree, name) instanceof Scalar scalar ? scalar.text() : "";
  }

  static @Nullable Tree field(@Nullable Tree tree, String name) {
    return tree instanceof Mapping mapping ? mapping.fields().get(name) : null;
  }

  /**
   * A resourceVersion as a number: its own for the integers that API servers use (KEP-5504 makes
   * that a promise), negative for anything else, which then can be compared for equality only.
   */
  static long version(String resourceVersion) {
    try {
      long number = Long.parseLong(resourceVersion);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException opaque) {
      // Told apart by hash; a collision would at worst delay a repair until the next change.
    }
    long hash = 1125899906842597L;
    for (int i = 0; i < resourceVersion.length(); i++) {
      hash = 31 * hash + resourceVersion.charAt(i);
    }
    return hash | Long.MIN_VALUE;
  }
}

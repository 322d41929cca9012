package dev.byname.source;

import dev.byname.cluster.ClusterObject;
import dev.byname.cluster.ClusterObject.Kind;
import dev.byname.cluster.ObjectKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of one Kubernetes object. */
public sealed interface Decoded {

  /**
   * The object is wanted.
   *
   * @param kind and key of the Kubernetes object
   * @param objects what it is in the picture of the cluster: nearly always one object under the
   *     same key. An Endpoints object with several subsets gives one object for each, and an
   *     EndpointSlice that belongs to a service and to a ServiceImport gives two; their keys are
   *     {@code name}, {@code name/1}, … ({@link ObjectDecoder#partKey}). An Endpoints object
   *     without subsets gives none.
   */
  record Objects(Kind kind, ObjectKey key, List<ClusterObject> objects) implements Decoded {
    public Objects {
      objects = List.copyOf(objects);
    }
  }

  /**
   * The object is whole, but not to be seen: it must not, or no longer, be in the picture.
   *
   * @param reason half a sentence for the log at debug level
   */
  record LeftOut(Kind kind, ObjectKey key, String reason) implements Decoded {}

  /** A kind of object that Byname has no use for. */
  record OtherKind(String apiVersion, String kind) implements Decoded {}

  /**
   * The object breaks the rules of the Kubernetes API; what is known of it from before is better
   * than this.
   *
   * @param kind null when not even that can be told
   * @param key null when not even that can be told
   * @param problems all of them, at least one
   */
  record Undecodable(@Nullable Kind kind, @Nullable ObjectKey key, List<Problem> problems)
      implements Decoded {
    public Undecodable {
      problems = List.copyOf(problems);
    }
  }

  /**
   * One thing that is wrong with an object.
   *
   * @param object kind and key, as {@code Service default/reviews}; empty when not known
   * @param path the field as kubectl writes it, {@code spec.ports[1].name}; empty for the whole
   *     object
   * @param line from 1; 0 where the object has no lines
   * @param message half a sentence: what is wrong and what would be right
   */
  record Problem(String object, String path, int line, String message) {
    /** {@code Service default/reviews: spec.ports[1].port: 70000 is no port (1 to 65535)}. */
    @Override
    public String toString() {
      var text = new StringBuilder();
      if (!object.isEmpty()) {
        text.append(object).append(": ");
      }
      if (!path.isEmpty()) {
        text.append(path).append(": ");
      }
      return text.append(message).toString();
    }
  }
}

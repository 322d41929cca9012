package dev.byname.source;

import dev.byname.cluster.ClusterObject;
import dev.byname.cluster.ClusterObject.Kind;
import dev.byname.cluster.ClusterSink;
import dev.byname.cluster.ObjectKey;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Hands decoded objects to the picture of the cluster as a watch delivers them, and takes back what
 * is no longer: parts of an object that now has fewer, objects that are no longer selected. Used by
 * one thread.
 */
public final class ObjectFeed {
  /** How many parts an object had, where that is not one: rare, so this stays small. */
  private final Map<Kind, Map<ObjectKey, Integer>> partsByKey = new HashMap<>();

  private final ClusterSink sink;

  public ObjectFeed(ClusterSink sink) {
    this.sink = sink;
  }

  /**
   * Puts or removes what the object now is. An object that is undecodable stays as it was, other
   * kinds are passed over.
   */
  public void apply(Decoded decoded) {
    switch (decoded) {
      case Decoded.Objects object -> {
        for (ClusterObject part : object.objects()) {
          sink.put(part);
        }
        removeParts(object.kind(), object.key(), object.objects().size());
      }
      case Decoded.LeftOut object -> remove(object.kind(), object.key());
      case Decoded.Undecodable object -> {}
      case Decoded.OtherKind object -> {}
    }
  }

  /** The object is gone. */
  public void remove(Kind kind, ObjectKey key) {
    removeParts(kind, key, 0);
    Map<ObjectKey, Integer> parts = partsByKey.get(kind);
    if (parts != null) {
      parts.remove(key);
    }
  }

  private void removeParts(Kind kind, ObjectKey key, int from) {
    Map<ObjectKey, Integer> parts = partsByKey.computeIfAbsent(kind, _ -> new HashMap<>());
    @Nullable Integer before = from == 1 ? parts.remove(key) : parts.put(key, from);
    for (int part = from; part < (before == null ? 1 : before); part++) {
      sink.remove(kind, ObjectDecoder.partKey(key, part));
    }
  }
}

package dev.byname.source.manifests;

import dev.byname.cluster.ClusterObject;
import dev.byname.cluster.ClusterObject.Kind;
import dev.byname.cluster.ClusterSink;
import dev.byname.cluster.ObjectKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a source said, in order, and what is left of it. */
final class RecordingSink implements ClusterSink {
  private final List<String> calls = new ArrayList<>();
  private final Map<String, ClusterObject> held = new TreeMap<>();

  @Override
  public synchronized void put(ClusterObject object) {
    calls.add("put " + name(object.kind(), object.key()));
    held.put(name(object.kind(), object.key()), object);
  }

  @Override
  public synchronized void remove(Kind kind, ObjectKey key) {
    calls.add("remove " + name(kind, key));
    held.remove(name(kind, key));
  }

  @Override
  public synchronized void synced() {
    calls.add("synced");
  }

  synchronized List<String> calls() {
    return List.copyOf(calls);
  }

  synchronized void forgetCalls() {
    calls.clear();
  }

  synchronized Map<String, ClusterObject> held() {
    return new TreeMap<>(held);
  }

  private static String name(Kind kind, ObjectKey key) {
    return kind.apiName() + " " + key;
  }
}

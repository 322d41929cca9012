package dev.byname.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.cluster.ClusterObject;
import dev.byname.cluster.ClusterObject.Kind;
import dev.byname.cluster.ClusterSink;
import dev.byname.cluster.LabelSelectors;
import dev.byname.cluster.ObjectKey;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ObjectFeedTest {
  private final List<String> calls = new ArrayList<>();
  private final ObjectDecoder decoder =
      new ObjectDecoder(new DecodeOptions(LabelSelectors.parse("!hidden"), true, true, true, true));
  private final ObjectFeed feed =
      new ObjectFeed(
          new ClusterSink() {
            @Override
            public void put(ClusterObject object) {
              calls.add("put " + object.key());
            }

            @Override
            public void remove(Kind kind, ObjectKey key) {
              calls.add("remove " + key);
            }

            @Override
            public void synced() {
              throw new AssertionError("not the feed's business");
            }
          });

  @Test
  void partsThatAreNoLongerAreRemoved() throws TreeSyntaxException {
    assertThat(apply(endpoints(3)))
        .containsExactly("put default/a", "put default/a/1", "put default/a/2");
    assertThat(apply(endpoints(1)))
        .containsExactly("put default/a", "remove default/a/1", "remove default/a/2");
    assertThat(apply(endpoints(1))).containsExactly("put default/a");
    assertThat(apply(endpoints(0))).containsExactly("remove default/a");
    assertThat(apply(endpoints(0))).isEmpty();
    assertThat(apply(endpoints(2))).containsExactly("put default/a", "put default/a/1");
    feed.remove(Kind.ENDPOINTS, new ObjectKey("default", "a"));
    assertThat(calls).containsExactly("remove default/a", "remove default/a/1");
    calls.clear();
    feed.remove(Kind.ENDPOINTS, new ObjectKey("default", "a"));
    assertThat(calls).containsExactly("remove default/a");
  }

  @Test
  void objectThatIsNoLongerSelectedIsRemoved() throws TreeSyntaxException {
    assertThat(apply(service("a", "", "{}"))).containsExactly("put default/a");
    assertThat(apply(service("a", "hidden: x", "{}"))).containsExactly("remove default/a");
  }

  @Test
  void undecodableObjectStaysAsItWas() throws TreeSyntaxException {
    assertThat(apply(service("a", "", "{clusterIP: x}"))).isEmpty();
    assertThat(apply("{apiVersion: v1, kind: ConfigMap}")).isEmpty();
  }

  private List<String> apply(String yaml) throws TreeSyntaxException {
    calls.clear();
    YamlTree.read(yaml, document -> decoder.decode(document).forEach(feed::apply));
    var made = List.copyOf(calls);
    calls.clear();
    return made;
  }

  private static String endpoints(int subsets) {
    return "{apiVersion: v1, kind: Endpoints, metadata: {name: a}, subsets: ["
        + "{addresses: [{ip: 10.0.0.1}]},".repeat(subsets)
        + "]}";
  }

  private static String service(String name, String labels, String spec) {
    return "{apiVersion: v1, kind: Service, metadata: {name: %s, labels: {%s}}, spec: %s}"
        .formatted(name, labels, spec);
  }
}

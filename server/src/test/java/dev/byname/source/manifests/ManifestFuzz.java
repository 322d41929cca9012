package dev.byname.source.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.byname.cluster.ClusterObject;
import dev.byname.cluster.EndpointSlice;
import dev.byname.cluster.LabelSelector;
import dev.byname.cluster.LabelSelectors;
import dev.byname.cluster.Port;
import dev.byname.cluster.Service;
import dev.byname.source.DecodeOptions;
import dev.byname.source.ObjectDecoder;
import dev.byname.source.manifests.ManifestReader.Content;
import java.util.List;
import java.util.Map;

/**
 * Whatever is in a file: no exception, every problem is one line with its place, and what is
 * accepted can be put into a DNS name.
 */
class ManifestFuzz {
  @FuzzTest(maxDuration = "60s")
  void yaml(byte[] bytes) {
    check("fuzz.yaml", bytes);
  }

  @FuzzTest(maxDuration = "60s")
  void json(byte[] bytes) {
    check("fuzz.json", bytes);
  }

  @FuzzTest(maxDuration = "60s")
  void selector(FuzzedDataProvider data) {
    String text = data.consumeRemainingAsString();
    LabelSelector selector;
    try {
      selector = LabelSelectors.parse(text);
    } catch (IllegalArgumentException refused) {
      assertThat(refused.getMessage()).startsWith("label selector ").doesNotContain("\n");
      return;
    }
    if (selector != LabelSelector.EVERYTHING) {
      assertThat(LabelSelectors.parse(selector.toString())).hasToString(selector.toString());
      selector.matches(Map.of("app", "web"));
    }
  }

  private static void check(String file, byte[] bytes) {
    Content content = new ManifestReader(new ObjectDecoder(DecodeOptions.ALL)).read(file, bytes);
    for (ManifestProblem problem : content.problems()) {
      assertThat(problem.message()).isNotBlank().matches("\\P{Cntrl}*").hasSizeLessThan(2000);
      assertThat(problem.line()).isBetween(0, bytes.length + 2);
    }
    content.objects().forEach(found -> fitsDns(found.object()));
    assertThat(new ManifestReader(new ObjectDecoder(DecodeOptions.ALL)).read(file, bytes))
        .isEqualTo(content);
  }

  private static void fitsDns(ClusterObject object) {
    assertThat(object.key().namespace()).matches("[a-z0-9-]{0,63}");
    switch (object) {
      case Service service -> {
        assertThat(service.key().name()).matches("[a-z0-9-]{1,63}");
        arePorts(service.ports());
      }
      case EndpointSlice slice -> {
        arePorts(slice.ports());
        for (int i = 0; i < slice.size(); i++) {
          slice.address(i);
          assertThat(slice.hostname(i) == null ? "x" : slice.hostname(i))
              .matches("[a-z0-9-]{1,63}");
        }
      }
      default -> {}
    }
  }

  private static void arePorts(List<Port> ports) {
    for (Port port : ports) {
      assertThat(port.name()).matches("[a-z0-9-]{0,63}");
      assertThat(port.number() == Port.NONE ? 1 : port.number()).isBetween(1, 65535);
    }
  }
}

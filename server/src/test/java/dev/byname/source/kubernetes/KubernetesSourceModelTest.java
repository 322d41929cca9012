package dev.byname.source.kubernetes;

import static dev.byname.source.kubernetes.KubernetesHarness.config;
import static dev.byname.source.kubernetes.KubernetesHarness.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.cluster.ClusterObject.Kind;
import dev.byname.cluster.ObjectKey;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random changes and random faults against a map that holds what should be: whatever happened, the
 * picture ends up equal to it.
 */
class KubernetesSourceModelTest {
  private static final int BURSTS = 12;
  private static final int STEPS_PER_BURST = 25;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void whateverHappensThePictureEndsUpRight(long seed) {
    var random = RandomGeneratorFactory.of("Xoshiro256PlusPlus").create(seed);
    Map<String, String> model = new HashMap<>();
    try (var api = new ApiServerDouble();
        var byname = new KubernetesHarness()) {
      api.putNamespace("default");
      if (seed % 2 == 0) {
        api.minorVersion("34", true);
      }
      byname.start(config(api.url()), KubernetesHarness::withDigest);
      for (int burst = 0; burst < BURSTS; burst++) {
        for (int step = 0; step < STEPS_PER_BURST; step++) {
          if (random.nextInt(4) == 0) {
            disturb(api, random);
          }
          change(api, model, random);
        }
        eventually(() -> assertThat(picture(byname)).as("seed " + seed).isEqualTo(model));
      }
    }
  }

  private static void change(
      ApiServerDouble api, Map<String, String> model, RandomGenerator random) {
    String name = "s" + random.nextInt(15);
    if (model.containsKey(name) && random.nextBoolean()) {
      api.delete("services", "default", name);
      model.remove(name);
    } else {
      String address = "10.0.%d.%d".formatted(random.nextInt(256), random.nextInt(256));
      api.putService(name, address);
      model.put(name, address);
    }
  }

  private static void disturb(ApiServerDouble api, RandomGenerator random) {
    switch (random.nextInt(7)) {
      case 0 -> api.cutWatches();
      case 1 -> api.endWatches();
      case 2 -> {
        api.compact();
        api.cutWatches();
      }
      case 3 -> api.loseEvents("services", 1 + random.nextInt(3));
      case 4 -> api.swapNextTwo();
      case 5 -> api.bookmark("services");
      default -> api.silenceWatches("services");
    }
  }

  private static Map<String, String> picture(KubernetesHarness byname) {
    return byname.state.keys(Kind.SERVICE).stream()
        .map(ObjectKey::name)
        .collect(Collectors.toMap(name -> name, byname::clusterIp));
  }
}

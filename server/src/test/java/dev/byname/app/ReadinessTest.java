package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.app.Readiness.Waiting;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReadinessTest {
  private static final Set<String> PLUGINS = Set.of("kubernetes", "etcd", "cache");
  private static final Waiting KUBERNETES = new Waiting("kubernetes", "no list of services yet");
  private static final Waiting ETCD = new Waiting("etcd", "no connection");

  private final Readiness readiness = new Readiness();

  @Test
  void whoeverWaitsIsNamed() {
    assertThat(readiness.notReady(PLUGINS, List.of(KUBERNETES, ETCD), false))
        .containsExactly("kubernetes: no list of services yet", "etcd: no connection");
  }

  @Test
  void untilReadyForgetsAPluginThatWasReadyOnce() {
    assertThat(readiness.notReady(PLUGINS, List.of(KUBERNETES), false)).hasSize(1);
    assertThat(readiness.notReady(PLUGINS, List.of(KUBERNETES, ETCD), false))
        .containsExactly("kubernetes: no list of services yet");
    assertThat(readiness.notReady(PLUGINS, List.of(), false)).isEmpty();
    assertThat(readiness.notReady(PLUGINS, List.of(KUBERNETES, ETCD), false)).isEmpty();
  }

  @Test
  void continuouslyAsksEachTime() {
    assertThat(readiness.notReady(PLUGINS, List.of(), true)).isEmpty();
    assertThat(readiness.notReady(PLUGINS, List.of(ETCD), true))
        .containsExactly("etcd: no connection");
  }
}

package dev.byname.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ServiceTest {
  /** One value of each component, and another one. */
  private static final List<List<Object>> COMPONENTS =
      List.of(
          List.of(new ObjectKey("default", "a"), new ObjectKey("default", "b")),
          List.of(Service.Type.CLUSTER_IP, Service.Type.NODE_PORT),
          List.of(List.of(), List.of(IpAddress.parse("10.0.0.7"))),
          List.of(false, true),
          List.of(List.of(), List.of(Port.ABSENT)),
          List.of("", "example.org"),
          List.of(List.of(), List.of("192.0.2.1")),
          List.of(false, true),
          List.of(false, true));

  @Test
  void isEqualToWhatDiffersInNothing() throws Exception {
    assertThat(service(-1)).isEqualTo(service(-1)).hasSameHashCodeAs(service(-1));
    assertThat(Service.class.getRecordComponents()).hasSameSizeAs(COMPONENTS);
    for (int differing = 0; differing < COMPONENTS.size(); differing++) {
      assertThat(service(differing))
          .as(Service.class.getRecordComponents()[differing].getName())
          .isNotEqualTo(service(-1));
    }
  }

  private static Service service(int differing) throws ReflectiveOperationException {
    Object[] values = new Object[COMPONENTS.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = COMPONENTS.get(i).get(i == differing ? 1 : 0);
    }
    return (Service) Service.class.getDeclaredConstructors()[0].newInstance(values);
  }
}

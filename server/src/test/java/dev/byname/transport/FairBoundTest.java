package dev.byname.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FairBoundTest {
  private static final int FLOODER = 1;
  private static final int OTHER = 2;

  @Test
  void oneClientGetsHalfAndThenOnlyItsShare() {
    var bound = new FairBound(80);
    assertThat(enter(bound, FLOODER, 100)).isEqualTo(40);
    assertThat(enter(bound, OTHER, 100)).isEqualTo(10);
    for (int client = 3; client < 6; client++) {
      assertThat(enter(bound, client, 100)).isEqualTo(10);
    }
    assertThat(bound.taken()).isEqualTo(80);
    assertThat(bound.enter(7)).as("full").isFalse();
    bound.leave(OTHER);
    assertThat(bound.enter(FLOODER)).as("over its share").isFalse();
    assertThat(bound.enter(7)).isTrue();
  }

  @Test
  void whatLeavesMakesRoom() {
    long seed = new Random().nextLong();
    var random = new Random(seed);
    var bound = new FairBound(16);
    var inside = new ArrayDeque<Integer>();
    for (int step = 0; step < 10_000; step++) {
      if (random.nextBoolean()) {
        int client = random.nextInt(4);
        if (bound.enter(client)) {
          inside.add(client);
        } else {
          long own = inside.stream().filter(c -> c == client).count();
          assertThat(inside.size() >= 16 || (inside.size() >= 8 && own >= 2))
              .as("seed %d", seed)
              .isTrue();
        }
      } else if (!inside.isEmpty()) {
        bound.leave(inside.remove());
      }
      assertThat(bound.taken())
          .as("seed %d", seed)
          .isEqualTo(inside.size())
          .isLessThanOrEqualTo(16);
    }
  }

  @Test
  void aBoundOfOneLetsOneThrough() {
    var bound = new FairBound(1);
    assertThat(bound.enter(FLOODER)).isTrue();
    assertThat(bound.enter(OTHER)).isFalse();
    bound.leave(FLOODER);
    assertThat(bound.enter(OTHER)).isTrue();
  }

  @Test
  void aLowerBoundHoldsForNewOnes() {
    var bound = new FairBound(100);
    enter(bound, FLOODER, 50);
    bound.max(10);
    assertThat(bound.enter(OTHER)).isFalse();
    for (int i = 0; i < 45; i++) {
      bound.leave(FLOODER);
    }
    assertThat(bound.enter(OTHER)).isTrue();
  }

  @Test
  void emptinessIsTold() {
    var bound = new FairBound(10);
    assertThat(bound.whenEmpty()).isDone();
    enter(bound, FLOODER, 2);
    var empty = bound.whenEmpty();
    bound.leave(FLOODER);
    assertThat(empty).isNotDone();
    bound.leave(FLOODER);
    assertThat(empty).isDone();
  }

  @Test
  void theAddressesOfOneIpv6HostAreOneClient() {
    assertThat(bucket("2001:db8:1:2::1")).isEqualTo(bucket("2001:db8:1:2:ffff::7"));
    assertThat(bucket("2001:db8:1:2::1")).isNotEqualTo(bucket("2001:db8:1:3::1"));
    assertThat(bucket("10.0.0.1")).isNotEqualTo(bucket("10.0.0.2"));
  }

  private static int bucket(String ip) {
    return FairBound.bucket(InetAddress.ofLiteral(ip));
  }

  private static int enter(FairBound bound, int client, int times) {
    int entered = 0;
    for (int i = 0; i < times; i++) {
      if (bound.enter(client)) {
        entered++;
      }
    }
    return entered;
  }
}

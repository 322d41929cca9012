package dev.byname.source.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.byname.testkit.ManualScheduler;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EtcdKeyValuesTest {
  private static final URI A = URI.create("http://a:2379");

  private final ManualScheduler scheduler =
      new ManualScheduler(Instant.parse("2026-05-04T00:00:00Z"));
  private final FakeEtcd etcd = new FakeEtcd(scheduler);
  private final Map<String, String> told = new TreeMap<>();
  private int lists;

  @Test
  void tellsKeysBelowThePath() {
    etcd.put("/skydns/local/a", "1");
    etcd.put("/skydnsx/local/b", "not ours");
    try (var keyValues = started()) {
      assertThat(told).containsExactly(Map.entry("local/a", "1 lease 0"));
      assertThat(lists).isEqualTo(1);
      etcd.put("/skydns/local/a", ByteString.copyFromUtf8("2"), 9);
      etcd.delete("/skydns/local/none");
      scheduler.run();
      assertThat(told).containsExactly(Map.entry("local/a", "2 lease 9"));
      etcd.delete("/skydns/local/a");
      scheduler.run();
      assertThat(told).isEmpty();
      assertThat(keyValues.status().connected()).isTrue();
    }
  }

  @Test
  void aLeaseIsCountedDownAndAskedForAgain() {
    etcd.lease(9, Duration.ofSeconds(100));
    etcd.put("/skydns/local/a", ByteString.copyFromUtf8("1"), 9);
    try (var keyValues = started()) {
      assertThat(keyValues.leaseSeconds(9)).isEqualTo(100);
      scheduler.advance(Duration.ofSeconds(10));
      assertThat(keyValues.leaseSeconds(9)).isEqualTo(90);
      etcd.lease(9, Duration.ofSeconds(100)); // kept alive; nobody tells us
      scheduler.advance(LeaseTimes.ASK_INTERVAL.multipliedBy(2));
      assertThat(keyValues.leaseSeconds(9)).isBetween(70L, 85L);
    }
  }

  @Test
  void whatIsNotKnownOfALeaseIsZeroAndWhatIsKnownStays() {
    etcd.put("/skydns/local/a", ByteString.copyFromUtf8("1"), 9);
    try (var keyValues = started()) {
      assertThat(keyValues.leaseSeconds(9)).isZero();
      assertThat(keyValues.leaseSeconds(8)).isZero();
      etcd.lease(9, Duration.ofSeconds(60));
      scheduler.advance(LeaseTimes.ASK_INTERVAL.multipliedBy(2));
      assertThat(keyValues.leaseSeconds(9)).isBetween(30L, 60L);
      etcd.down(A);
      scheduler.advance(Duration.ofMinutes(5));
      assertThat(keyValues.leaseSeconds(9)).as("until the key is removed").isEqualTo(1);
    }
  }

  @Test
  void aLeaseOfManyKeysIsAskedForOnceARound() {
    etcd.lease(9, Duration.ofSeconds(600));
    for (int i = 0; i < 100; i++) {
      etcd.put("/skydns/local/" + i, ByteString.copyFromUtf8("1"), 9);
    }
    try (var keyValues = started()) {
      assertThat(etcd.leasesAsked).isEqualTo(1);
      scheduler.advance(Duration.ofMinutes(1));
      assertThat(etcd.leasesAsked).isBetween(2, 5);
      for (int i = 0; i < 100; i++) {
        etcd.delete("/skydns/local/" + i);
      }
      scheduler.run();
      int before = etcd.leasesAsked;
      scheduler.advance(Duration.ofMinutes(5));
      assertThat(etcd.leasesAsked).as("nobody has it any more").isEqualTo(before);
      assertThat(keyValues.leaseSeconds(9)).isZero();
    }
  }

  private EtcdKeyValues started() {
    var listener =
        new EtcdKeyValues.Listener() {
          @Override
          public void put(String key, byte[] value, long leaseId) {
            told.put(key, ByteString.copyFrom(value).toStringUtf8() + " lease " + leaseId);
          }

          @Override
          public void removed(String key) {
            told.remove(key);
          }

          @Override
          public void listed() {
            lists++;
          }
        };
    var keyValues =
        new EtcdKeyValues(
            EtcdConnectionConfig.of(A),
            etcd,
            "/skydns",
            Duration.ofSeconds(30),
            listener,
            scheduler,
            scheduler.clock(),
            new Random(1));
    keyValues.start();
    scheduler.run();
    return keyValues;
  }
}

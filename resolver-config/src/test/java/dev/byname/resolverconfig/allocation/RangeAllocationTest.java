package dev.byname.resolverconfig.allocation;

import static dev.byname.resolverconfig.allocation.Addresses.ip;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.byname.cluster.IpAddress;
import java.math.BigInteger;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RangeAllocationTest {
  private static final Holder HOLDER = new Holder("default", "web", "ClusterIP");

  @Test
  void isTheBigEndianNumberThatGoWrites() {
    var allocator = new Allocator<>(AddressRange.of("10.0.0.0/24"));
    assertThat(allocator.snapshot()).isEqualTo(new RangeAllocation("10.0.0.0/24", new byte[0]));
    allocator.allocate(ip("10.0.0.1"), HOLDER);
    allocator.allocate(ip("10.0.0.10"), HOLDER);
    // Offsets 0 and 9: 2^0 + 2^9 = 0x0201.
    assertThat(allocator.snapshot())
        .isEqualTo(new RangeAllocation("10.0.0.0/24", new byte[] {0x02, 0x01}));
    var ports = new Allocator<>(PortRange.DEFAULT);
    ports.allocate(30007, HOLDER);
    assertThat(ports.snapshot())
        .isEqualTo(new RangeAllocation("30000-32767", new byte[] {(byte) 0x80}));
  }

  @Test
  void whatIsStoredIsReadBack() {
    var seed = new Random().nextLong();
    var random = new Random(seed);
    for (var round = 0; round < 50; round++) {
      var range = AddressRange.of("10.0.0.0/" + (12 + random.nextInt(18)));
      var allocator = new Allocator<>(range);
      var sum = BigInteger.ZERO;
      var expected = new TreeSet<IpAddress>();
      for (var i = 0; i < 20; i++) {
        var offset = random.nextLong(range.usable());
        sum = sum.setBit((int) offset);
        expected.add(range.valueAt(offset));
        allocator.allocate(range.valueAt(offset), HOLDER);
      }
      var stored = allocator.snapshot();
      assertThat(new BigInteger(1, stored.data())).as("seed %d", seed).isEqualTo(sum);
      var restored = new Allocator<>(range);
      restored.restore(stored);
      var actual = new TreeSet<IpAddress>();
      restored.forEachTaken(actual::add);
      assertThat(actual).as("seed %d", seed).isEqualTo(expected);
      assertThat(restored.usage()).isEqualTo(allocator.usage());
    }
  }

  @Test
  void leadingZeroBytesAreNoHarm() {
    var allocator = new Allocator<>(new PortRange(30000, 30003));
    allocator.restore(new RangeAllocation("30000-30003", new byte[] {0, 0, 0x08}));
    assertThat(allocator.isTaken(30003)).isTrue();
    assertThat(allocator.usage().used()).isEqualTo(1);
  }

  @Test
  void whatCannotBeTrueIsRefusedAndChangesNothing() {
    var allocator = new Allocator<>(new PortRange(30000, 30003));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> allocator.restore(new RangeAllocation("30000-30003", new byte[] {0x11})))
        .withMessage("offset 4 is taken in 30000-30003, which has only 4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> allocator.restore(new RangeAllocation("30000-32767", new byte[] {1})))
        .withMessage("the stored range is \"30000-32767\", not 30000-30003");
    assertThat(allocator.usage().used()).isZero();
  }

  /** The API server numbers 65535 addresses of an IPv6 range whatever its width. */
  @Test
  void aWideIpv6RangeIsStoredAsFarAsTheFormReaches() {
    var range = AddressRange.of("fd00::/64");
    assertThat(RangeAllocation.capacity(range)).isEqualTo(65535);
    var allocator = new Allocator<>(range);
    allocator.allocate(ip("fd00::ffff"), HOLDER);
    allocator.allocate(ip("fd00::1:0"), HOLDER);
    allocator.allocate(ip("fd00::1:2:3:4"), HOLDER);
    var restored = new Allocator<>(range);
    restored.restore(allocator.snapshot());
    assertThat(restored.usage().used()).isEqualTo(1);
    assertThat(restored.isTaken(ip("fd00::ffff"))).isTrue();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> restored.restore(new RangeAllocation("fd00::/64", offsetBytes(65535))));
  }

  private static byte[] offsetBytes(int offset) {
    var bytes = new byte[offset / 8 + 1];
    bytes[0] = (byte) (1 << offset % 8);
    return bytes;
  }
}

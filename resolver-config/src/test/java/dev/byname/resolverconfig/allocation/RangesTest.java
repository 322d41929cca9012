package dev.byname.resolverconfig.allocation;

import static dev.byname.resolverconfig.allocation.Addresses.ip;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.byname.resolverconfig.allocation.ValueRange.Position;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RangesTest {

  /** Sizes and bands as the API server computes them (KEP-3070, KEP-3668). */
  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/30, 2, 0, 10.0.0.1, 10.0.0.2",
    "10.0.0.0/28, 14, 0, 10.0.0.1, 10.0.0.14",
    "10.0.0.0/27, 30, 16, 10.0.0.1, 10.0.0.30",
    "10.0.0.0/24, 254, 16, 10.0.0.1, 10.0.0.254",
    "10.0.0.0/23, 510, 32, 10.0.0.1, 10.0.1.254",
    "10.0.0.0/21, 2046, 128, 10.0.0.1, 10.0.7.254",
    "10.0.0.0/20, 4094, 256, 10.0.0.1, 10.0.15.254",
    "10.0.0.0/16, 65534, 256, 10.0.0.1, 10.0.255.254",
    "10.96.0.0/12, 1048574, 256, 10.96.0.1, 10.111.255.254",
    "128.0.0.0/1, 2147483646, 256, 128.0.0.1, 255.255.255.254",
    "fd00::/127, 1, 0, fd00::1, fd00::1",
    "fd00::/124, 15, 0, fd00::1, fd00::f",
    "fd00::/123, 31, 16, fd00::1, fd00::1f",
    "fd00:10:96::/112, 65535, 256, fd00:10:96::1, fd00:10:96::ffff",
    "fd00::/108, 1048575, 256, fd00::1, fd00::f:ffff",
    "fd00::/64, 18446744073709551615, 256, fd00::1, fd00::ffff:ffff:ffff:ffff",
  })
  void addressRangesKnowWhatTheyGive(
      String cidr, String usable, long staticBand, String lowest, String highest) {
    var range = AddressRange.of(cidr);
    assertThat(Long.toUnsignedString(range.usable())).isEqualTo(usable);
    assertThat(range.staticBand()).isEqualTo(staticBand);
    assertThat(range.valueAt(0)).hasToString(lowest);
    assertThat(range.valueAt(range.usable() - 1)).hasToString(highest);
    assertThat(range.position(ip(lowest))).isEqualTo(new Position.Usable(0));
    assertThat(range.position(ip(highest))).isEqualTo(new Position.Usable(range.usable() - 1));
    assertThat(range.spec()).isEqualTo(cidr);
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/24, 10.0.1.0, is not in 10.0.0.0/24",
    "10.0.0.0/24, 9.255.255.255, is not in 10.0.0.0/24",
    "10.0.0.0/24, 10.0.0.0, is the base address of 10.0.0.0/24 and never given out",
    "10.0.0.0/24, 10.0.0.255, is the broadcast address of 10.0.0.0/24 and never given out",
    "10.0.0.0/24, fd00::1, is not in 10.0.0.0/24",
    "fd00::/64, fd00::, is the base address of fd00::/64 and never given out",
    "fd00::/64, fd00:0:0:1::1, is not in fd00::/64",
    "fd00::/112, fd00::1:1, is not in fd00::/112",
    "fd00::/112, 10.0.0.1, is not in fd00::/112",
  })
  void whatIsNotGivenIsNamedWithItsReason(String cidr, String address, String why) {
    assertThat(AddressRange.of(cidr).position(ip(address))).isEqualTo(new Position.NotUsable(why));
  }

  @Test
  void theLastIpv6AddressIsUsable() {
    assertThat(AddressRange.of("fd00::/120").position(ip("fd00::ff")))
        .isEqualTo(new Position.Usable(254));
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.5/24, 10.0.0.0/24",
    "10.255.255.255/8, 10.0.0.0/8",
    "fd00::1/112, fd00::/112",
    "fd00::1:2:3:4/64, fd00::/64",
  })
  void hostBitsAreMaskedOffWithAWarning(String text, String spec) {
    var parsed = AddressRange.parse(text);
    assertThat(parsed.range().spec()).isEqualTo(spec);
    assertThat(parsed.warnings())
        .containsExactly(text + " has host bits set: " + spec + " is used");
    assertThat(AddressRange.parse(spec).warnings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0, no CIDR",
    "10.0.0.0/, no CIDR",
    "10.0.0.0/024, no CIDR",
    "10.0.0.0/33, no prefix length of IPv4",
    "10.0.0/24, no IP address",
    "fd00::/129, no prefix length of IPv6",
    "fd00::/63, wider than /64",
    "10.0.0.0/31, no usable address",
    "10.0.0.1/32, no usable address",
    "fd00::1/128, no usable address",
  })
  void badCidrsAreRefusedWithTheReason(String text, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AddressRange.parse(text))
        .withMessageContaining(reason);
  }

  @Test
  void overlapIsSeenFromBothSides() {
    var wide = AddressRange.of("10.0.0.0/16");
    assertThat(wide.overlaps(AddressRange.of("10.0.3.0/24"))).isTrue();
    assertThat(AddressRange.of("10.0.3.0/24").overlaps(wide)).isTrue();
    assertThat(wide.overlaps(AddressRange.of("10.1.0.0/16"))).isFalse();
    assertThat(wide.overlaps(AddressRange.of("fd00::/112"))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "30000-32767, 2768, 86",
    "30000+2767, 2768, 86",
    "30000-30015, 16, 0",
    "30000-30016, 17, 16",
    "30000-30000, 1, 0",
    "20000-25000, 5001, 128",
    "1-65535, 65535, 128",
  })
  void portRangesKnowWhatTheyGive(String text, long usable, long staticBand) {
    var range = PortRange.parse(text);
    assertThat(range.usable()).isEqualTo(usable);
    assertThat(range.staticBand()).isEqualTo(staticBand);
    assertThat(range.spec()).isEqualTo(range.first() + "-" + range.last());
    assertThat(range.position(range.first() - 1)).isInstanceOf(Position.NotUsable.class);
    assertThat(range.position(range.last())).isEqualTo(new Position.Usable(usable - 1));
    assertThat(range.position(range.last() + 1))
        .isEqualTo(new Position.NotUsable("is not in " + range.spec()));
  }

  @Test
  void theStaticBandOfTheDefaultNodePortsEndsAt30085() {
    assertThat(PortRange.DEFAULT.span(0, PortRange.DEFAULT.staticBand() - 1))
        .isEqualTo("30000-30085");
  }

  @ParameterizedTest
  @CsvSource({"30000", "30000-", "0-10", "30000-65536", "32767-30000", "a-b", "60000+10000", "''"})
  void badPortRangesAreRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> PortRange.parse(text));
  }

  @Test
  void nodePortsThatMeetOthersAreWarnedOf() {
    var ephemeral = new PortRange(32768, 60999);
    assertThat(PortRange.DEFAULT.warnings(ephemeral)).isEmpty();
    assertThat(new PortRange(30000, 33000).warnings(ephemeral))
        .containsExactly(
            "node ports 30000-33000 overlap the kernel's ephemeral ports 32768-60999: a connection"
                + " of the node may hold a port that a service is given");
    assertThat(new PortRange(6000, 7000).warnings(ephemeral))
        .containsExactly(
            "node ports 6000-7000 include 6443, where API servers listen: a service may shut one"
                + " out");
    assertThat(new PortRange(1024, 40000).warnings(ephemeral)).hasSize(2);
  }

  @Test
  void offsetsPastTheEndAreAProgrammersMistake() {
    for (var range : List.of(AddressRange.of("10.0.0.0/30"), new PortRange(1, 2))) {
      assertThatThrownBy(() -> range.valueAt(2)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> range.valueAt(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }
}

package dev.byname.resolverconfig.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {

  @ParameterizedTest
  @CsvSource({
    "10.0.0.76, 10.0.0.76",
    "255.255.255.255, 255.255.255.255",
    "::, ::",
    "::1, ::1",
    "1::, 1::",
    "2001:DB8::0, 2001:db8::",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:db8::1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "fd00::10.96.0.10, fd00::a60:a",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  })
  void isWrittenInItsOneCanonicalText(String text, String canonical) {
    assertThat(IpAddress.parse(text)).map(IpAddress::toString).contains(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10",
        "10.0.0",
        "10.0.0.256",
        "10.0.0.01",
        "10.0.0.1.",
        "10.0.0.-1",
        "10..0.1",
        " 10.0.0.1",
        "0x0a.0.0.1",
        "١٠.0.0.1",
        ":",
        ":::",
        "1::2::3",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "::1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7::8:9",
        "12345::",
        "g::",
        "fe80::1%eth0",
        "::ffff:10.0.0.1",
        "10.0.0.1::",
        "::10.0.0.1:1",
        "::10.0.0",
        "1:",
        ":1",
        "1:2:3:4:5:6:7:10.0.0.1",
        "None",
      })
  void nothingElseIsAnAddress(String text) {
    assertThat(IpAddress.parse(text)).isEmpty();
  }

  @Test
  void ordersUnsignedAndIpv4First() {
    assertThat(IpAddress.of("9.255.0.0")).isLessThan(IpAddress.of("200.0.0.0"));
    assertThat(IpAddress.of("255.255.255.255")).isLessThan(IpAddress.of("::"));
    assertThat(IpAddress.of("7fff::")).isLessThan(IpAddress.of("8000::"));
    assertThat(IpAddress.of("::7fff:0:0:0")).isLessThan(IpAddress.of("::8000:0:0:0"));
  }
}

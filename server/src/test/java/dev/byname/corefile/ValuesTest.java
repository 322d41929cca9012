package dev.byname.corefile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The small values of a configuration: durations, addresses, blocks, the nearest word. */
class ValuesTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-0, 0",
    "5s, 5000000000",
    "+5s, 5000000000",
    "1m30s, 90000000000",
    "1h1m1s1ms1us1ns, 3661001001001",
    "250ms, 250000000",
    "1.5s, 1500000000",
    ".5s, 500000000",
    "1.s, 1000000000",
    "3us, 3000",
    "3µs, 3000",
    "3μs, 3000",
    "-2m, -120000000000",
    "0.0000000001s, 0",
    "0.3333333333333h, 1199999999999",
    "2562047h47m16.854775807s, 9223372036854775807",
    "9223372036854775807ns, 9223372036854775807",
  })
  void durationsOfGo(String text, long nanos) {
    assertThat(GoDuration.parse(text)).hasValue(Duration.ofNanos(nanos));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "+",
        "5",
        "s",
        "5 s",
        " 5s",
        "5s ",
        "5sec",
        "5S",
        "1m-5s",
        ".s",
        "1..5s",
        "1e3s",
        "٥s",
        "9223372036854775808ns",
        "3000000h",
        "00000000000000000000000000000000000000001s",
        "2562047h47m16.854775808s",
        "99999999999999999999ns"
      })
  void noDurationsOfGo(String text) {
    assertThat(GoDuration.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0s",
        "1ns",
        "1us",
        "1500ns",
        "250ms",
        "1s",
        "1.5s",
        "1m30s",
        "1h",
        "1h0.000000001s",
        "-2m",
        "25h"
      })
  void durationsAreWrittenAsTheyAreRead(String text) {
    assertThat(GoDuration.format(GoDuration.parse(text).orElseThrow())).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "255.255.255.255",
        "192.0.2.1",
        "::",
        "::1",
        "1::",
        "2001:db8::1",
        "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8",
        "::192.0.2.1",
        "64:ff9b::192.0.2.1",
        "1:2:3:4:5:6:192.0.2.1",
        "ABCD:EF01::"
      })
  void addresses(String text) throws Exception {
    assertThat(IpLiteral.parse(text)).hasValue(InetAddress.getByName(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "10.1",
        "1.2.3",
        "1.2.3.4.5",
        "256.0.0.1",
        "01.2.3.4",
        "1.2.3.04",
        "1.2.3.-4",
        "1.2.3.+4",
        "1.2.3.4 ",
        "١.2.3.4",
        ":",
        ":::",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "::1::2",
        "12345::",
        "g::",
        "::1.2.3",
        "1.2.3.4::",
        "::1.2.3.4:5",
        "1:2:3:4:5:6:7:192.0.2.1",
        "fe80::1%eth0",
        "[::1]",
        "1:",
        ":1",
        "::１"
      })
  void noAddresses(String text) {
    assertThat(IpLiteral.parse(text)).isEmpty();
  }

  @Test
  void blocksContainTheirAddressesOnly() {
    assertContains("10.96.0.0/12", List.of("10.96.0.0", "10.111.255.255"), List.of("10.112.0.0"));
    assertContains("0.0.0.0/0", List.of("255.1.2.3"), List.of("::1"));
    assertContains("192.0.2.1/32", List.of("192.0.2.1"), List.of("192.0.2.0", "192.0.2.2"));
    assertContains("2001:db8::/33", List.of("2001:db8:7fff::1"), List.of("2001:db8:8000::", "::"));
    assertContains("::ffff:10.0.0.0/104", List.of("10.1.2.3"), List.of("11.0.0.0"));
  }

  private static void assertContains(String block, List<String> inside, List<String> outside) {
    var cidr = Cidr.parse(block).orElseThrow();
    assertThat(inside).allMatch(address -> cidr.contains(IpLiteral.parse(address).orElseThrow()));
    assertThat(outside).noneMatch(address -> cidr.contains(IpLiteral.parse(address).orElseThrow()));
  }

  @Test
  void blocksAreEqualByWhatTheyContain() {
    assertThat(Cidr.parse("10.1.2.3/8")).isEqualTo(Cidr.parse("10.0.0.0/8"));
    assertThat(Cidr.parse("10.1.2.3/8").orElseThrow()).hasToString("10.0.0.0/8");
    assertThatThrownBy(() -> new Cidr(InetAddress.getByName("10.0.0.0"), 33))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Every address of a block is in exactly one of its reverse zones, and no other address is. */
  @Test
  void reverseZonesCoverTheBlockAndNothingElse() {
    var seed = new Random().nextLong();
    var random = new Random(seed);
    for (int round = 0; round < 2_000; round++) {
      var octets = new byte[random.nextBoolean() ? 4 : 16];
      random.nextBytes(octets);
      var cidr = new Cidr(IpLiteral.address(octets), random.nextInt(octets.length * 8 + 1));
      var probe = octets.clone();
      var flipped = random.nextInt(octets.length * 8);
      probe[flipped / 8] ^= (byte) (0x80 >> flipped % 8);
      var name = reverseName(probe);
      var zonesWithIt =
          cidr.reverseZones().stream()
              .filter(zone -> name.equals(zone) || name.endsWith("." + zone))
              .count();
      assertThat(zonesWithIt)
          .as("%s in %s, seed %d", name, cidr, seed)
          .isEqualTo(flipped < cidr.prefixLength() ? 0 : 1);
    }
  }

  /** Written apart from Cidr's way on purpose. */
  private static String reverseName(byte[] octets) {
    var name = new StringBuilder();
    for (int i = octets.length - 1; i >= 0; i--) {
      name.append(
          octets.length == 4
              ? "%d.".formatted(octets[i] & 0xFF)
              : "%x.%x.".formatted(octets[i] & 0xF, (octets[i] >> 4) & 0xF));
    }
    return name.append(octets.length == 4 ? "in-addr.arpa." : "ip6.arpa.").toString();
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.1, 10.0.0.1:53",
    "10.0.0.1:5353, 10.0.0.1:5353",
    "::1, [::1]:53",
    "[::1], [::1]:53",
    "[::1]:5353, [::1]:5353",
    "[fe80::1%eth0]:5353, [fe80::1%eth0]:5353",
    "dns.example:0, dns.example:0",
    ":9153, :9153",
  })
  void hostsAndPorts(String text, String shown) {
    assertThat(HostPort.parse(text, 53).orElseThrow()).hasToString(shown);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a:",
        "a:b",
        "a:65536",
        "a:-1",
        "a:+1",
        "[::1",
        "[::1]5353",
        "[::1]:",
        "[10.0.0.1]:53",
        "[]:53"
      })
  void noHostsAndPorts(String text) {
    assertThat(HostPort.parse(text, 53)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "kubernets, kubernetes",
    "kuberentes, kubernetes",
    "fowrard, forward",
    "prometeus, prometheus",
    "cahce, cache",
    "erors, errors",
    "Cache, cache",
    "hots, hosts",
    "lgo, log",
    "k8s-external, k8s_external",
  })
  void nearestWords(String slip, String meant) {
    assertThat(NearestWord.to(slip, DirectiveNames.CORE_DNS_ORDER)).hasValue(meant);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "xyz", "frobnicate", "unbound", "example.org"})
  void noNearWord(String word) {
    assertThat(NearestWord.to(word, DirectiveNames.CORE_DNS_ORDER)).isEmpty();
  }

  @Test
  void ofEquallyNearWordsTheFirst() {
    assertThat(NearestWord.to("cat", List.of("dog", "bat", "hat"))).hasValue("bat");
    assertThat(NearestWord.to("cat", List.of("hat", "bat"))).hasValue("hat");
    assertThat(NearestWord.to("hat", List.of("bat", "hat"))).hasValue("hat");
    assertThat(NearestWord.to("a".repeat(65), List.of("a".repeat(65)))).isEmpty();
  }

  /** The definition itself, recursive and slow. */
  private static int naiveDistance(String a, String b) {
    if (a.isEmpty() || b.isEmpty()) {
      return a.length() + b.length();
    }
    var shorterA = a.substring(1);
    var shorterB = b.substring(1);
    var best = Math.min(naiveDistance(shorterA, b), naiveDistance(a, shorterB)) + 1;
    best = Math.min(best, naiveDistance(shorterA, shorterB) + (a.charAt(0) == b.charAt(0) ? 0 : 1));
    if (a.length() > 1
        && b.length() > 1
        && a.charAt(0) == b.charAt(1)
        && a.charAt(1) == b.charAt(0)) {
      best = Math.min(best, naiveDistance(a.substring(2), b.substring(2)) + 1);
    }
    return best;
  }

  @Test
  void distanceIsTheDefinition() {
    var seed = new Random().nextLong();
    var random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      var a = word(random);
      var b = word(random);
      assertThat(NearestWord.distance(a, b))
          .as("%s and %s, seed %d", a, b, seed)
          .isEqualTo(naiveDistance(a, b));
    }
  }

  private static String word(Random random) {
    return random
        .ints(random.nextInt(6), 'a', 'd')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}

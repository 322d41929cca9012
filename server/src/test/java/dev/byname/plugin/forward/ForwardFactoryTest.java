package dev.byname.plugin.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.corefile.CorefileCases;
import dev.byname.corefile.ParseOptions;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.forward.ForwardConfig.Policy;
import dev.byname.testkit.TestCertificates;
import dev.byname.wire.DomainName;
import dev.byname.wire.Rcode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class ForwardFactoryTest {
  @TestFactory
  Stream<DynamicTest> complaints() {
    return CorefileCases.in(
        "corefile-errors/forward",
        ParseOptions.DEFAULTS,
        (corefile, problems) ->
            corefile
                .blocks()
                .forEach(block ->
                    new ForwardFactory()
                        .parse(
                            block.directives("forward"),
                            new BlockContext(block.zones(), Path.of("/nonexistent")),
                            problems)));
  }

  private static InetSocketAddress address(String ip, int port) throws Exception {
    return new InetSocketAddress(InetAddress.getByName(ip), port);
  }

  @Test
  void defaults() throws Exception {
    assertThat(Configs.of("forward . 192.0.2.1"))
        .containsExactly(
            new ForwardConfig(
                List.of(DomainName.ROOT),
                List.of(new ForwardConfig.Server(UpstreamAddress.plain(address("192.0.2.1", 53)))),
                List.of(),
                false,
                false,
                Duration.ofSeconds(10),
                Duration.ZERO,
                0,
                Duration.ofSeconds(2),
                2,
                null,
                new ForwardConfig.Tls(null, null, null),
                Policy.RANDOM,
                Duration.ofMillis(500),
                true,
                DomainName.ROOT,
                10_000,
                false,
                Set.of(),
                Set.of(),
                false,
                null));
  }

  @Test
  void nothingDefault(@TempDir Path folder) throws Exception {
    var files = TestCertificates.create(folder, "127.0.0.1");
    var problems = new dev.byname.corefile.Problems();
    assertThat(
            Configs.of(
                folder,
                problems,
                """
                forward 10.0.0.0/15 dns://[2001:db8::1]:5353 tls://192.0.2.9%dns.example.net:8853 {
                  except example.org 192.0.2.0/24
                  force_tcp
                  prefer_udp
                  expire 30s
                  max_age 1h
                  max_idle_conns 7
                  read_timeout 750ms
                  max_fails 5
                  max_connect_attempts 3
                  tls client.pem client.key ca.pem
                  policy round_robin
                  health_check 5s no_rec domain Example.org
                  max_concurrent 100
                  failfast_all_unhealthy_upstreams
                  failover servfail REFUSED
                  next NXDOMAIN
                  next_on_nodata
                  source_address 127.0.0.2
                }\
                """))
        .containsExactly(
            new ForwardConfig(
                List.of(DomainName.of("0.10.in-addr.arpa."), DomainName.of("1.10.in-addr.arpa.")),
                List.of(
                    new ForwardConfig.Server(UpstreamAddress.plain(address("2001:db8::1", 5353))),
                    new ForwardConfig.Server(
                        new UpstreamAddress(address("192.0.2.9", 8853), true, "dns.example.net"))),
                List.of(DomainName.of("example.org."), DomainName.of("2.0.192.in-addr.arpa.")),
                true,
                true,
                Duration.ofSeconds(30),
                Duration.ofHours(1),
                7,
                Duration.ofMillis(750),
                5,
                3,
                new ForwardConfig.Tls(
                    files.clientCertificate(), files.clientKey(), files.authority()),
                Policy.ROUND_ROBIN,
                Duration.ofSeconds(5),
                false,
                DomainName.of("example.org."),
                100,
                true,
                Set.of(Rcode.SERVFAIL, Rcode.REFUSED),
                Set.of(Rcode.NXDOMAIN),
                true,
                InetAddress.getByName("127.0.0.2")));
    assertThat(problems.toString()).isEmpty();
  }

  @Test
  void tlsAddresses() throws Exception {
    assertThat(
            Configs.of(
                    """
                    forward . tls://192.0.2.1 tls://[2001:db8::1%a.example]:8853 tls://[2001:db8::2%b.example]
                    """)
                .getFirst()
                .targets())
        .containsExactly(
            new ForwardConfig.Server(new UpstreamAddress(address("192.0.2.1", 853), true, "")),
            new ForwardConfig.Server(
                new UpstreamAddress(address("2001:db8::1", 8853), true, "a.example")),
            new ForwardConfig.Server(
                new UpstreamAddress(address("2001:db8::2", 853), true, "b.example")));
  }

  @Test
  void describesItself() {
    assertThat(
            new ForwardFactory()
                .describe(
                    Configs.of(
                        "forward . 192.0.2.1 tls://192.0.2.2%d.example {\n except a.example\n}")))
        .containsExactly(
            "asks 192.0.2.1:53, tls://192.0.2.2:853 d.example for . except a.example.");
  }
}

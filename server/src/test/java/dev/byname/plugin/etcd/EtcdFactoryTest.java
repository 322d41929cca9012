package dev.byname.plugin.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.corefile.Corefile;
import dev.byname.corefile.CorefileCases;
import dev.byname.corefile.ParseOptions;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.wire.DomainName;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class EtcdFactoryTest {
  private static EtcdConfig read(String lines) {
    var problems = new Problems();
    var corefile =
        Corefile.parse(
            "skydns.local {\n" + lines + "\n}\n", "Corefile", ParseOptions.DEFAULTS, problems);
    var block = corefile.blocks().getFirst();
    var config =
        new EtcdFactory()
            .parse(
                block.directives("etcd"),
                new BlockContext(block.zones(), Path.of("/etc/byname")),
                problems);
    assertThat(problems.errors()).isEmpty();
    return config;
  }

  @TestFactory
  Stream<DynamicTest> complaints() {
    return CorefileCases.in(
        "corefile-errors/etcd",
        ParseOptions.DEFAULTS,
        (corefile, problems) ->
            corefile
                .blocks()
                .forEach(block ->
                    new EtcdFactory()
                        .parse(
                            block.directives("etcd"),
                            new BlockContext(block.zones(), Path.of(".")),
                            problems)));
  }

  @Test
  void defaults() {
    assertThat(read("etcd"))
        .isEqualTo(
            new EtcdConfig(
                names("skydns.local."),
                new SkyDnsSource(List.of("http://localhost:2379"), "/skydns", null, "", ""),
                30,
                86400,
                List.of()));
  }

  @Test
  void nothingIsDefault() {
    assertThat(
            read(
                """
                etcd example.org 10.0.0.0/24 {
                  path /dns/messages/
                  endpoint https://a:4001 b:2379
                  tls client.pem /keys/client.key ca.pem
                  credentials dns secret
                  min-lease-ttl 60
                  max-lease-ttl 1h30m
                  fallthrough in-addr.arpa
                }\
                """))
        .isEqualTo(
            new EtcdConfig(
                names("example.org.", "0.0.10.in-addr.arpa."),
                new SkyDnsSource(
                    List.of("https://a:4001", "https://b:2379"),
                    "/dns/messages",
                    new SkyDnsSource.Tls(
                        Path.of("/etc/byname/client.pem"),
                        Path.of("/keys/client.key"),
                        Path.of("/etc/byname/ca.pem")),
                    "dns",
                    "secret"),
                60,
                5400,
                names("in-addr.arpa.")));
  }

  @Test
  void tlsMeansWhatItsNumberOfFilesSays() {
    var ca = Path.of("/etc/byname/ca.pem");
    var certificate = Path.of("/etc/byname/c.pem");
    var key = Path.of("/etc/byname/k.pem");
    assertThat(read("etcd {\n tls\n}").source().tls())
        .isEqualTo(new SkyDnsSource.Tls(null, null, null));
    assertThat(read("etcd {\n tls ca.pem\n}").source().tls())
        .isEqualTo(new SkyDnsSource.Tls(null, null, ca));
    assertThat(read("etcd {\n tls c.pem k.pem\n}").source().tls())
        .isEqualTo(new SkyDnsSource.Tls(certificate, key, null));
    assertThat(read("etcd {\n tls\n}").source().endpoints())
        .containsExactly("https://localhost:2379");
  }

  @Test
  void whatCoreDnsIgnoresIsIgnored() {
    assertThat(read("etcd {\n stubzones\n debug\n upstream 192.0.2.1\n fallthrough\n}"))
        .isEqualTo(
            new EtcdConfig(
                names("skydns.local."),
                new SkyDnsSource(List.of("http://localhost:2379"), "/skydns", null, "", ""),
                30,
                86400,
                names(".")));
  }

  @Test
  void descriptionsAreForEverybodyToSee() {
    var config = read("etcd {\n credentials dns secret\n}");
    assertThat(new EtcdFactory().describe(config).toString())
        .contains("skydns.local.", "http://localhost:2379 below /skydns")
        .doesNotContain("secret");
  }

  private static List<DomainName> names(String... names) {
    return Stream.of(names).map(DomainName::of).toList();
  }
}

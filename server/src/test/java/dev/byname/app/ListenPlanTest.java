package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.corefile.CorefileCases;
import dev.byname.corefile.ParseOptions;
import dev.byname.corefile.Problems;
import dev.byname.corefile.Scheme;
import dev.byname.plugin.PluginRegistry;
import dev.byname.testkit.TestCertificates;
import dev.byname.transport.Bounds;
import dev.byname.transport.ListenerConfig;
import dev.byname.transport.StreamTimeouts;
import dev.byname.transport.TlsConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** timeouts, tls, multisocket, https and bind become listeners. */
class ListenPlanTest {
  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> complaints() {
    return CorefileCases.in(
        "corefile-errors/listeners",
        ParseOptions.DEFAULTS.withSupportedDirectives(PluginRegistry.names()),
        (corefile, problems) ->
            Configuration.of(Path.of("Corefile"), corefile, Path.of(""), problems));
  }

  private Map<ListenAddress, ListenerConfig> listeners(String corefile) throws IOException {
    Path file = Files.writeString(folder.resolve("Corefile"), corefile);
    var problems = new Problems();
    Configuration configuration = Configuration.read(file, Map.of(), -1, problems);
    assertThat(problems.toString()).isEmpty();
    return configuration.listeners();
  }

  @Test
  void defaults() throws IOException {
    assertThat(listeners(".:53 {\n  whoami\n}\n"))
        .containsExactly(
            Map.entry(
                new ListenAddress(Scheme.DNS, "", 53), ListenerConfig.of(Scheme.DNS, "", 53)));
  }

  @Test
  void nothingDefault() throws IOException {
    var files = TestCertificates.create(folder, "127.0.0.1");
    String corefile =
        """
        tls://.:853 https://.:8443 {
          bind 127.0.0.1
          tls server.pem server.key ca.pem {
            client_auth require_and_verify
          }
          timeouts {
            read 5s
            write 90
            idle 1m
            maxtcpqueries 128
          }
          multisocket 3
          https {
            max_connections 17
          }
          whoami
        }
        """;
    var tls =
        new TlsConfig(
            files.serverCertificate(),
            files.serverKey(),
            files.authority(),
            TlsConfig.ClientAuth.REQUIRE_AND_VERIFY);
    var timeouts =
        new StreamTimeouts(
            Duration.ofSeconds(5), Duration.ofSeconds(90), Duration.ofMinutes(1), 128);
    assertThat(listeners(corefile))
        .containsExactly(
            Map.entry(
                new ListenAddress(Scheme.TLS, "127.0.0.1", 853),
                new ListenerConfig(
                    Scheme.TLS, "127.0.0.1", 853, 3, timeouts, Bounds.defaults(Scheme.TLS), tls)),
            Map.entry(
                new ListenAddress(Scheme.HTTPS, "127.0.0.1", 8443),
                new ListenerConfig(
                    Scheme.HTTPS,
                    "127.0.0.1",
                    8443,
                    3,
                    timeouts,
                    Bounds.defaults(Scheme.HTTPS).withConnectionsMax(17),
                    tls)));
  }

  @Test
  void ofBlocksThatShareAnAddressThoseThatSayNothingGoAlong() throws IOException {
    String corefile =
        """
        one.example {
          whoami
        }
        two.example {
          multisocket
          timeouts {
            idle 1m
          }
          whoami
        }
        """;
    ListenerConfig listener = listeners(corefile).values().iterator().next();
    assertThat(listener.sockets()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(listener.timeouts())
        .isEqualTo(
            new StreamTimeouts(
                Duration.ofSeconds(3),
                Duration.ofSeconds(5),
                Duration.ofMinutes(1),
                StreamTimeouts.UNLIMITED));
  }

  @Test
  void noConnectionsMaxIsNoBound() throws IOException {
    TestCertificates.create(folder, "127.0.0.1");
    String corefile =
        "https://. {\n"
            + "  tls server.pem server.key\n"
            + "  https {\n"
            + "    max_connections 0\n"
            + "  }\n"
            + "  whoami\n"
            + "}\n";
    assertThat(listeners(corefile).values())
        .extracting(listener -> listener.bounds().connectionsMax())
        .containsExactly(Integer.MAX_VALUE);
  }
}

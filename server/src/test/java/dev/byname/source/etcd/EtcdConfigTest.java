package dev.byname.source.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.byname.source.etcd.EtcdConnectionConfig.Credentials;
import dev.byname.source.etcd.EtcdConnectionConfig.Tls;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EtcdConfigTest {
  private static final URI HTTPS = URI.create("https://etcd-0.example:2379");

  @Test
  void defaults() {
    assertThat(EtcdSourceConfig.of(EtcdConnectionConfig.of(HTTPS)))
        .isEqualTo(
            new EtcdSourceConfig(
                new EtcdConnectionConfig(List.of(HTTPS), null, null, Duration.ofSeconds(5)),
                "/registry",
                Duration.ofSeconds(30)));
  }

  @Test
  void endpointsAreBroughtIntoOneForm() {
    assertThat(
            EtcdConnectionConfig.of(
                    URI.create("HTTP://10.0.0.1"),
                    URI.create("http://10.0.0.1:2379/"),
                    URI.create("http://[fd00::1]:4001"))
                .endpoints())
        .containsExactly(URI.create("http://10.0.0.1:2379"), URI.create("http://[fd00::1]:4001"));
  }

  @ParameterizedTest
  @CsvSource({
    "etcd-0:2379, must be http://HOST:PORT or https://HOST:PORT",
    "10.0.0.1, must be http://HOST:PORT or https://HOST:PORT",
    "grpc://etcd-0:2379, 'must be http or https, not grpc'",
    "http://etcd-0:2379/v3, must not have a path"
  })
  void endpointsThatAreNone(String endpoint, String complaint) {
    assertThatThrownBy(() -> EtcdConnectionConfig.of(URI.create(endpoint)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("etcd: endpoint \"" + endpoint + "\" " + complaint);
  }

  @Test
  void whatDoesNotFitTogetherIsRefused() {
    var http = URI.create("http://a");
    assertThatThrownBy(() -> EtcdConnectionConfig.of())
        .hasMessage("etcd: at least one endpoint is needed");
    assertThatThrownBy(() -> EtcdConnectionConfig.of(http, HTTPS))
        .hasMessage("etcd: the endpoints must be all http or all https");
    assertThatThrownBy(
            () -> EtcdConnectionConfig.of(http).withTls(new Tls(Path.of("ca"), null, null, null)))
        .hasMessage("etcd: tls is given, but the endpoint http://a:2379 is not https");
    assertThatThrownBy(() -> new Tls(null, Path.of("cert"), null, null))
        .hasMessage("etcd: tls needs the client's certificate and its key, or neither");
    assertThatThrownBy(() -> new Credentials("", "x"))
        .hasMessage("etcd: user and password must not be empty");
    assertThatThrownBy(() ->
            new EtcdSourceConfig(EtcdConnectionConfig.of(http), "registry", Duration.ofSeconds(1)))
        .hasMessage("etcd: prefix \"registry\" must begin with a slash, like /registry");
  }

  @Test
  void passwordsStayOutOfLogs() {
    var config = EtcdConnectionConfig.of(HTTPS).withCredentials(new Credentials("dns", "secret"));
    assertThat(config.toString()).contains("dns").doesNotContain("secret");
  }
}

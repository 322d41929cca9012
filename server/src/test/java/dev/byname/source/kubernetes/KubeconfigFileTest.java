package dev.byname.source.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.byname.source.kubernetes.KubernetesSourceConfig.Access;
import dev.byname.testkit.TestCertificates;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KubeconfigFileTest {
  @TempDir static Path shared;
  static TestCertificates certificates;
  @TempDir Path folder;
  private Path file;

  @BeforeAll
  static void makeCertificates() {
    certificates = TestCertificates.create(shared.resolve("pki"), "127.0.0.1");
  }

  @BeforeEach
  void nameTheFile() {
    file = folder.resolve("config");
  }

  @Test
  void theCurrentContextLeadsToServerAndIdentity() throws Exception {
    write(
        """
        current-context: main
        contexts:
        - {name: other, context: {cluster: nowhere, user: nobody}}
        - {name: main, context: {cluster: c, user: u, namespace: ignored}}
        clusters:
        - name: c
          cluster:
            server: https://10.0.0.1:6443/prefix/
            certificate-authority-data: %s
            tls-server-name: kubernetes.default.svc
            proxy-url: http://10.0.0.2:3128
        users:
        - name: u
          user:
            client-certificate: %s
            client-key-data: %s
            token: secret
            as: boss
            as-groups: [a, b]
        """
            .formatted(
                base64(certificates.authority()),
                certificates.clientCertificate(),
                base64(certificates.clientKey())));
    ApiAccess access = KubeconfigFile.read(file, null);
    assertThat(access.server()).isEqualTo(URI.create("https://10.0.0.1:6443/prefix"));
    assertThat(access.tls().authorities()).hasSize(1);
    assertThat(access.tls().client()).isNotNull();
    assertThat(access.tls().verification())
        .isEqualTo(new ApiTls.Verification.Name("kubernetes.default.svc"));
    assertThat(access.credentials().authorization()).isEqualTo("Bearer secret");
    assertThat(access.proxy()).isEqualTo(URI.create("http://10.0.0.2:3128"));
    assertThat(access.headers())
        .containsEntry("Impersonate-User", List.of("boss"))
        .containsEntry("Impersonate-Group", List.of("a", "b"));
  }

  @Test
  void anotherContextCanBeNamedAndPathsCountFromTheFilesFolder() throws Exception {
    Files.writeString(folder.resolve("my-token"), "from file\n");
    write(
        """
        current-context: main
        contexts: [{name: second, context: {cluster: c, user: u}}]
        clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
        users: [{name: u, user: {tokenFile: my-token, token: inline}}]
        """);
    assertThat(KubeconfigFile.read(file, "second").credentials().authorization())
        .isEqualTo("Bearer from file");
  }

  @Test
  void theSameFilesReadTwiceMakeTheSameTls() throws Exception {
    write(
        user(
            "client-certificate: %s, client-key: %s"
                .formatted(certificates.clientCertificate(), certificates.clientKey())));
    assertThat(KubeconfigFile.read(file, null).tls())
        .isEqualTo(KubeconfigFile.read(file, null).tls());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          {}                                                        | current-context: not set; name one of none
          [a, b]                                                    | not a kubeconfig: a mapping is expected
          {a: [}                                                    | not YAML: while parsing a flow node
          current-context: x                                        | contexts: none is named "x"; there is none
          {current-context: x, contexts: [{name: y}]}               | contexts: none is named "x"; there is y
          {current-context: x, contexts: {name: x}}                 | contexts: a list is expected
          {current-context: x, contexts: [{name: x}]}               | contexts[x].context: missing
          {current-context: x, contexts: [{name: x, context: {}}]}  | contexts[x].context.cluster: missing
          """)
  void whatIsWrongAroundTheContextIsNamed(String text, String complaint) throws Exception {
    write(text);
    complains(complaint);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          {}                                                             | clusters[c].cluster.server: missing
          {server: "ftp://x"}                                            | clusters[c].cluster.server: "ftp://x" is not an http or https URL with a host
          {server: "https://a b"}                                        | clusters[c].cluster.server: "https://a b" is not a URL
          {server: "https://x", certificate-authority: no.pem}           | clusters[c].cluster.certificate-authority: FOLDER/no.pem: no such file
          {server: "https://x", certificate-authority: .}                | clusters[c].cluster.certificate-authority: FOLDER: is a directory
          {server: "https://x", certificate-authority: config}           | clusters[c].cluster.certificate-authority: FOLDER/config: holds no PEM certificate
          {server: "https://x", certificate-authority-data: "%%%"}       | clusters[c].cluster.certificate-authority-data: holds no PEM certificate
          {server: "https://x", insecure-skip-tls-verify: "yes"}         | clusters[c].cluster.insecure-skip-tls-verify: true or false is expected
          {server: "https://x", proxy-url: "socks5://x"}                 | clusters[c].cluster.proxy-url: "socks5://x" is not an http or https URL with a host
          {server: "https://x", proxy-url: "https://x"}                  | clusters[c].cluster.proxy-url: only http proxies are supported
          """)
  void whatIsWrongWithTheClusterIsNamed(String cluster, String complaint) throws Exception {
    write(
        """
        current-context: main
        contexts: [{name: main, context: {cluster: c}}]
        clusters: [{name: c, cluster: %s}]
        """
            .formatted(cluster));
    complains(complaint);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          client-certificate: CLIENT                        | users[u].user.client-key: missing, though there is a client-certificate
          client-key: KEY                                   | users[u].user.client-certificate: missing, though there is a client-key
          client-certificate: CLIENT, client-key: OTHERKEY  | users[u].user.client-key: OTHERKEY: is not the key of the certificate in
          client-certificate: CLIENT, client-key: CLIENT    | users[u].user.client-key: CLIENT: holds no PEM private key
          client-certificate: KEY, client-key: KEY          | users[u].user.client-certificate: KEY: holds no PEM certificate
          tokenFile: none                                   | users[u].user.tokenFile: FOLDER/none: no such file
          token: [a]                                        | users[u].user.token: text is expected
          auth-provider: {name: gcp}                        | users[u].user.auth-provider: no longer exists
          exec: {apiVersion: client.authentication.k8s.io/v1} | users[u].user.exec.command: missing
          exec: {command: x, apiVersion: v1}                | users[u].user.exec.apiVersion: "v1" is not client.authentication.k8s.io/v1
          exec: [x]                                         | users[u].user.exec: a mapping is expected
          """)
  void whatIsWrongWithTheUserIsNamed(String user, String complaint) throws Exception {
    write(user(paths(user)));
    complains(paths(complaint));
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> KubeconfigFile.read(file, null))
        .isInstanceOf(AccessException.class)
        .hasMessage("kubeconfig: " + file + ": no such file");
  }

  @Test
  void aPluginThatFailsIsNamedWithItsOutputAndHint() throws Exception {
    write(
        user(
            "exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/sh, args: [-c,"
                + " \"echo no luck >&2; exit 3\"]}"));
    Credentials failing = KubeconfigFile.read(file, null).credentials();
    assertThatThrownBy(failing::authorization)
        .isInstanceOf(AccessException.class)
        .hasMessageEndingWith("users[u].user.exec.command: exit code 3: no luck");

    write(
        user(
            "exec: {apiVersion: client.authentication.k8s.io/v1, command: ./not-there, installHint:"
                + " get it}"));
    Credentials missing = KubeconfigFile.read(file, null).credentials();
    assertThatThrownBy(missing::authorization)
        .hasMessageContaining("cannot be run")
        .hasMessageEndingWith("; get it");

    write(
        user(
            "exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/sh, args: [-c,"
                + " \"echo '{}'\"]}"));
    Credentials wrong = KubeconfigFile.read(file, null).credentials();
    assertThatThrownBy(wrong::authorization).hasMessageContaining("answered with apiVersion \"\"");
  }

  @Test
  void aPluginMayGiveACertificate() throws Exception {
    Path answer = folder.resolve("answer.json");
    Files.writeString(
        answer,
        """
        {"apiVersion": "client.authentication.k8s.io/v1beta1", "kind": "ExecCredential",
         "status": {"clientCertificateData": "%s", "clientKeyData": "%s"}}
        """
            .formatted(
                Files.readString(certificates.clientCertificate()).replace("\n", "\\n"),
                Files.readString(certificates.clientKey()).replace("\n", "\\n")));
    write(
        user(
            "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: cat, args: [\"%s\"]}"
                .formatted(answer)));
    Credentials credentials = KubeconfigFile.read(file, null).credentials();
    assertThat(credentials.certificate()).isNotNull();
    assertThat(credentials.authorization()).isNull();
  }

  @Test
  void inTheClusterTheMountedFilesCount() throws Exception {
    Files.copy(certificates.authority(), folder.resolve("ca.crt"));
    Files.writeString(folder.resolve("token"), "mounted\n");
    ApiAccess access =
        ApiAccess.read(
            new Access.InCluster(folder),
            name -> name.equals("KUBERNETES_SERVICE_HOST") ? "fd00::1" : "443");
    assertThat(access.server()).isEqualTo(URI.create("https://[fd00::1]:443"));
    assertThat(access.credentials().authorization()).isEqualTo("Bearer mounted");
    Files.delete(folder.resolve("token"));
    assertThat(access.credentials().authorization()).isEqualTo("Bearer mounted");
  }

  @Test
  void tlsFilesOfTheEndpointAreNamedByTheirPlaceInTheDirective() {
    var tls =
        new Access.Tls(
            certificates.clientCertificate(), folder.resolve("no.key"), certificates.authority());
    assertThatThrownBy(
            () -> ApiAccess.read(new Access.Endpoint(URI.create("https://x"), tls), name -> null))
        .hasMessage("tls KEY: " + folder.resolve("no.key") + ": no such file");
  }

  private void complains(String complaint) {
    assertThatThrownBy(() -> KubeconfigFile.read(file, null))
        .isInstanceOf(AccessException.class)
        .hasMessageStartingWith(
            "kubeconfig " + file + ": " + complaint.replace("FOLDER", folder.toString()));
  }

  private void write(String text) throws Exception {
    Files.writeString(file, text);
  }

  private static String user(String fields) {
    return """
    current-context: main
    contexts: [{name: main, context: {cluster: c, user: u}}]
    clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
    users: [{name: u, user: {%s}}]
    """
        .formatted(fields);
  }

  private static String paths(String text) {
    return text.replace("OTHERKEY", certificates.serverKey().toString())
        .replace("CLIENT", certificates.clientCertificate().toString())
        .replace("KEY", certificates.clientKey().toString());
  }

  private static String base64(Path file) throws Exception {
    return Base64.getEncoder().encodeToString(Files.readAllBytes(file));
  }
}

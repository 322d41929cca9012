package dev.byname.resolverconfig.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.app.RootCommand;
import dev.byname.testkit.EtcdProcess;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands on an etcd that lets not everybody in. */
class EtcdOptionsIT {
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void etcdIsThere() {
    EtcdProcess.assumeInstalled();
  }

  @Test
  void certificates() throws Exception {
    try (var etcd = EtcdProcess.in(folder).tls().start()) {
      var files = etcd.certificates();
      tellTheStory(
          etcd,
          "--etcd-ca=" + files.authority(),
          "--etcd-cert=" + files.clientCertificate(),
          "--etcd-key=" + files.clientKey());
      assertThat(run(etcd, "allocation describe", "--etcd-ca=" + folder.resolve("missing.pem")))
          .isEqualTo(3);
      assertThat(err.toString())
          .isEqualTo("byname: " + folder.resolve("missing.pem") + ": no such file\n");
      assertThat(run(etcd, "service get", "--etcd-cert=" + files.clientCertificate())).isEqualTo(2);
      assertThat(err.toString()).contains("a client certificate needs its key").hasLineCount(1);
    }
  }

  @Test
  void usersWithPasswords() throws Exception {
    try (var etcd = EtcdProcess.in(folder).start()) {
      etcd.etcdctl("user", "add", "root:s3cret");
      etcd.etcdctl("user", "grant-role", "root", "root");
      etcd.etcdctl("auth", "enable");
      var password = Files.writeString(folder.resolve("password"), "s3cret\n");
      tellTheStory(etcd, "--etcd-user=root", "--etcd-password-file=" + password);
      Files.writeString(password, "guess\n");
      assertThat(run(etcd, "service get", "--etcd-user=root", "--etcd-password-file=" + password))
          .isEqualTo(1);
      assertThat(err.toString())
          .contains("authentication failed")
          .doesNotContain("guess")
          .hasLineCount(1);
      assertThat(run(etcd, "allocation audit")).isEqualTo(3);
      assertThat(err.toString()).contains("user name is empty").hasLineCount(1);
      assertThat(run(etcd, "service get", "--etcd-user=root")).isEqualTo(2);
      assertThat(err.toString()).contains("--etcd-user needs --etcd-password-file").hasLineCount(1);
    }
  }

  private void tellTheStory(EtcdProcess etcd, String... access) throws Exception {
    var manifest =
        Files.writeString(
            folder.resolve("web.yaml"),
            "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {type: NodePort,"
                + " clusterIP: 10.0.0.7, ports: [{port: 80, nodePort: 30001}]}}");
    assertThat(run(etcd, "service apply -f " + manifest, access)).as(err.toString()).isZero();
    assertThat(out.toString())
        .isEqualTo("service/web created: ClusterIP 10.0.0.7, node port 30001 for 80/TCP\n");
    assertThat(run(etcd, "service get", access)).isZero();
    assertThat(out.toString()).contains("80:30001/TCP");
    assertThat(run(etcd, "allocation who-has 30001", access)).isZero();
    assertThat(out.toString())
        .isEqualTo(
            "30001 is held by default/web (NodePort 80/TCP),"
                + " /registry/services/specs/default/web\n");
    assertThat(run(etcd, "allocation audit", access)).isZero();
    assertThat(run(etcd, "allocation repair", access)).isZero();
    assertThat(run(etcd, "service delete web", access)).isZero();
    assertThat(run(etcd, "allocation who-has 30001", access)).isEqualTo(1);
    assertThat(err.toString()).isEmpty();
  }

  private int run(EtcdProcess etcd, String command, String... options) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    var all = new ArrayList<>(List.of(command.split(" ")));
    all.addAll(List.of(options));
    all.add("--store=etcd://" + etcd.clientUrl(0).getAuthority());
    return RootCommand.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(all.toArray(String[]::new));
  }
}

package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.cluster.EndpointSlice;
import dev.byname.cluster.IpAddress;
import dev.byname.cluster.ObjectKey;
import dev.byname.cluster.Port;
import dev.byname.cluster.Protocol;
import dev.byname.cluster.Service;
import dev.byname.rdata.Message;
import dev.byname.wire.Header;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers larger than the client can take: whole records, TC, and everything over TCP. */
class TruncationTest {
  @TempDir Path folder;

  @Test
  void twentyAddressesFitFiveHundredTwelveBytes() throws IOException {
    try (var cluster = headless(20)) {
      Message answer = cluster.ask("db.default.svc.cluster.local. A +noedns");
      assertThat(answer.answer()).hasSize(20);
      assertThat(answer.has(Header.TC)).isFalse();
    }
  }

  @Test
  void whatDoesNotFitIsLeftOffAndSaidSo() throws IOException {
    try (var cluster = headless(200)) {
      Message answer = cluster.ask("db.default.svc.cluster.local. A +noedns");
      assertThat(answer.has(Header.TC)).isTrue();
      assertThat(answer.answer()).hasSizeBetween(20, 30);
      assertThat(cluster.ask("db.default.svc.cluster.local. A +tcp").answer()).hasSize(200);
      // Below 512 counts as 512 (RFC 6891 section 6.2.3).
      assertThat(cluster.ask("db.default.svc.cluster.local. A +bufsize=100").answer())
          .hasSizeBetween(20, 30);
    }
  }

  @Test
  void missingAdditionalRecordsSetTcToo() throws IOException {
    try (var cluster = headless(8)) {
      Message answer = cluster.ask("_sql._tcp.db.default.svc.cluster.local. SRV +bufsize=600");
      assertThat(answer.answer()).hasSize(8);
      assertThat(answer.additional().size()).isLessThan(8);
      assertThat(answer.has(Header.TC)).isTrue();
    }
  }

  /** Targets further out than a compression pointer reaches are written in full. */
  @Test
  void manySrvRecordsStayReadable() throws IOException {
    try (var cluster = headless(600)) {
      Message answer = cluster.ask("_sql._tcp.db.default.svc.cluster.local. SRV +tcp");
      assertThat(answer.answer()).hasSize(600);
      Set<Object> targets = new HashSet<>();
      answer.answer().forEach(record -> targets.add(record.data().toString().split(" ")[3]));
      answer
          .additional()
          .forEach(record -> assertThat(targets).contains(record.owner().toString()));
      assertThat(answer.additional().size() == 600 || answer.has(Header.TC)).isTrue();
    }
  }

  private TestCluster headless(int endpoints) throws IOException {
    var key = new ObjectKey("default", "db");
    var port = new Port("sql", Protocol.TCP, 5432);
    var slice = EndpointSlice.builder(new ObjectKey("default", "db-1"), "db").port(port);
    for (int i = 0; i < endpoints; i++) {
      slice.endpoint(IpAddress.v4(0x0a010000 + i + 1));
    }
    return TestCluster.of(".:53 {\n  kubernetes cluster.local\n}\n", folder)
        .put(
            new Service(
                key,
                Service.Type.CLUSTER_IP,
                List.of(),
                true,
                List.of(port),
                "",
                List.of(),
                false,
                true))
        .put(slice.build());
  }
}

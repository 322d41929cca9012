package dev.byname.app;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.byname.query.Transport;
import dev.byname.rdata.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;

/**
 * Whatever bytes come: no exception, and an answer that can be read, with the query's id, or
 * silence.
 */
class PacketFuzz {
  private static TestCluster cluster;

  private static synchronized TestCluster cluster() {
    if (cluster == null) {
      try {
        cluster =
            TestCluster.of(
                    ".:53 {\n  loadbalance\n  kubernetes cluster.local in-addr.arpa ip6.arpa {\n    pods insecure\n    zonal\n  }\n}\n",
                    Files.createTempDirectory("byname-fuzz"))
                .apply(
                    """
                    apiVersion: v1
                    kind: Service
                    metadata: {name: reviews, namespace: default}
                    spec: {clusterIP: 10.0.0.157, ports: [{name: http, port: 9080}]}
                    """);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return cluster;
  }

  @FuzzTest
  void anyBytesAreAnsweredOrDropped(byte[] packet) {
    for (Transport transport : new Transport[] {Transport.UDP, Transport.TCP}) {
      byte[] answer = cluster().askBytes(packet, transport);
      if (answer.length > 0) {
        Message message = Message.read(answer, answer.length);
        if (message == null || answer[0] != packet[0] || answer[1] != packet[1]) {
          throw new AssertionError("an answer nobody can read");
        }
        if (transport == Transport.UDP && message.edns() == null && answer.length > 512) {
          throw new AssertionError(answer.length + " bytes over UDP without EDNS");
        }
      }
    }
  }
}

package dev.byname.resolverconfig.store;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EtcdReachTest {
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();

  /** With its backlog full, Linux drops further attempts unanswered, as a firewall does. */
  @Test
  void oneThatTakesConnectionsIsEnough() throws IOException {
    var waiting = new ArrayList<SocketChannel>();
    try (var open = new ServerSocket(0, 50, HERE);
        var full = new ServerSocket(0, 1, HERE)) {
      for (var i = 0; i < 8; i++) {
        var channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.connect(new InetSocketAddress(HERE, full.getLocalPort()));
        waiting.add(channel);
      }
      EtcdReach.check(List.of(at(full), at(open)), Duration.ofSeconds(30));
      assertThatThrownBy(() -> EtcdReach.check(List.of(at(full)), Duration.ofSeconds(1)))
          .isInstanceOf(StoreException.class)
          .hasMessage("cannot reach etcd: " + at(full) + ": no connection within 1 seconds");
    } finally {
      for (var channel : waiting) {
        channel.close();
      }
    }
  }

  private static URI at(ServerSocket socket) {
    return URI.create("http://" + HERE.getHostAddress() + ":" + socket.getLocalPort());
  }
}

package dev.byname.transport;

import static dev.byname.transport.Queries.framed;
import static dev.byname.transport.Queries.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.byname.corefile.Scheme;
import dev.byname.query.QueryHandler;
import dev.byname.testkit.ManualScheduler;
import dev.byname.transport.TransportObserver.Closed;
import dev.byname.transport.TransportObserver.Shed;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Real sockets on loopback addresses, over each way that UDP can go. */
@ParameterizedClass
@EnumSource(TransportOptions.Udp.class)
class ListenersTest {
  private static final int TIMEOUT_MILLIS = 20_000;

  private final CountingObserver observer = new CountingObserver();
  private final ScriptedHandler handler = new ScriptedHandler();
  private final Listeners listeners;

  private final TransportOptions.Udp udp;

  ListenersTest(TransportOptions.Udp udp) {
    this.udp = udp;
    listeners =
        new Listeners(new TransportOptions(2, udp), observer, new ManualScheduler(Instant.EPOCH));
  }

  @AfterEach
  void close() {
    listeners.close();
  }

  @Test
  void udpAndTcpAreAnsweredAtTheSamePort() throws Exception {
    var server = open(dns("127.0.0.1")).address();
    assertThat(server.getPort()).isPositive();
    try (var udp = new UdpClient(server);
        var tcp = new TcpClient(server)) {
      assertThat(udp.ask(query(1, "fast.a"))).isEqualTo(1);
      assertThat(udp.ask(query(2, "slow.a"))).isEqualTo(2);
      tcp.send(query(3, "fast.a"), query(4, "slow.a"));
      assertThat(List.of(tcp.receiveId(), tcp.receiveId())).containsExactly(3, 4);
    }
    assertThat(handler.lastFamily).hasValue(1);
    assertThat(handler.clients).allSatisfy(client -> assertThat(client.local()).isEqualTo(server));
  }

  @Test
  void ipv6IsServed() throws Exception {
    var server = open(dns("::1")).address();
    try (var udp = new UdpClient(server);
        var tcp = new TcpClient(server)) {
      assertThat(udp.ask(query(1, "slow.a"))).isEqualTo(1);
      tcp.send(query(2, "fast.a"));
      assertThat(tcp.receiveId()).isEqualTo(2);
    }
    assertThat(handler.lastFamily).hasValue(2);
    assertThat(handler.clients.getFirst().family()).isEqualTo(2);
  }

  @Test
  void allAddressesMeansBothFamilies() throws Exception {
    for (var host : List.of("", "::")) {
      int port = open(dns(host)).address().getPort();
      // Netty answers from the address that the route back starts at, see UdpHandler.
      var others =
          udp == TransportOptions.Udp.FOREIGN
              ? List.of("127.0.0.1", "127.0.0.9", "::1")
              : List.of("127.0.0.1", "::1");
      for (var ip : others) {
        var server = new InetSocketAddress(ip, port);
        try (var udp = new UdpClient(server);
            var tcp = new TcpClient(server)) {
          assertThat(udp.ask(query(5, "fast.a"))).as(ip).isEqualTo(5);
          handler.clients.clear();
          assertThat(udp.ask(query(6, "slow.a"))).as(ip).isEqualTo(6);
          if (this.udp == TransportOptions.Udp.FOREIGN) {
            assertThat(handler.clients.getFirst().local()).isEqualTo(server);
            udp.send(query(7, "later.a"));
            handler.next().answer(); // from another thread
            assertThat(udp.receiveId()).isEqualTo(7);
          }
          assertThat(handler.lastFamily).hasValue(ip.contains(":") ? 2 : 1);
          tcp.send(query(6, "fast.a"));
          assertThat(tcp.receiveId()).isEqualTo(6);
          assertThat(handler.lastFamily).hasValue(ip.contains(":") ? 2 : 1);
        }
      }
    }
  }

  @Test
  void severalListenersHaveHandlersOfTheirOwn() throws Exception {
    var marks = new AtomicInteger();
    var all =
        listeners.update(
            List.of(dns("127.0.0.1"), dns("127.0.0.2"), dns("::1")),
            config -> new ScriptedHandler(marks.incrementAndGet(), Runnable::run),
            Duration.ZERO);
    for (int i = 0; i < all.size(); i++) {
      try (var udp = new UdpClient(all.get(i).address())) {
        udp.send(query(1, "fast.a", 60));
        assertThat(udp.receive()[59]).isEqualTo((byte) (i + 1));
      }
    }
  }

  @Test
  void anAddressInUseIsSaidInOneLineWithWhatToDo() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      assertThatThrownBy(
              () -> open(ListenerConfig.of(Scheme.DNS, "127.0.0.1", taken.getLocalPort())))
          .isInstanceOf(ListenException.class)
          .hasMessage(
              "cannot listen on 127.0.0.1:%1$d (TCP): another process has it; stop that one"
                  + " (ss -lnptu 'sport = :%1$d' names it) or choose another port",
              taken.getLocalPort());
    }
    try (var taken = new DatagramSocket(0, InetAddress.ofLiteral("::1"))) {
      assertThatThrownBy(() -> open(ListenerConfig.of(Scheme.DNS, "::1", taken.getLocalPort())))
          .hasMessageStartingWith(
              "cannot listen on [::1]:" + taken.getLocalPort() + " (UDP): another process has it");
    }
  }

  @Test
  void aSecondBynameDoesNotShareThePort() throws Exception {
    int port = open(dns("127.0.0.1")).address().getPort();
    try (var second =
        new Listeners(TransportOptions.defaults(), observer, new ManualScheduler(Instant.EPOCH))) {
      assertThatThrownBy(() ->
              second.update(
                  List.of(ListenerConfig.of(Scheme.DNS, "127.0.0.1", port)),
                  any -> handler,
                  Duration.ZERO))
          .hasMessageContaining("another process has it");
    }
  }

  @Test
  void allProblemsAreToldAtOnceAndNothingIsOpened() throws Exception {
    int free;
    try (var probe = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      free = probe.getLocalPort();
    }
    assertThatThrownBy(() ->
            open(
                ListenerConfig.of(Scheme.DNS, "127.0.0.1", free),
                ListenerConfig.of(Scheme.DNS, "192.0.2.1", free),
                ListenerConfig.of(Scheme.TLS, "2001:db8::1", free)))
        .isInstanceOfSatisfying(
            ListenException.class,
            failed ->
                assertThat(failed.problems())
                    .hasSize(2)
                    .allSatisfy(line ->
                        assertThat(line)
                            .contains("no interface of this machine has that address")));
    assertThatThrownBy(() ->
            open(
                ListenerConfig.of(Scheme.GRPC, "127.0.0.1", free),
                ListenerConfig.of(Scheme.DNS, "localhost", free)))
        .isInstanceOfSatisfying(
            ListenException.class,
            failed ->
                assertThat(failed.problems())
                    .containsExactly(
                        "grpc://127.0.0.1:"
                            + free
                            + ": Byname does not listen on grpc:// yet; use"
                            + " dns://, tls:// or https://",
                        "dns://localhost:"
                            + free
                            + ": localhost is not an IP address; bind needs"
                            + " one"));
    assertThat(listeners.all()).isEmpty();
    new ServerSocket(free, 1, InetAddress.ofLiteral("127.0.0.1")).close(); // nobody has it
  }

  @Test
  void aFailedUpdateLeavesEverythingAsItWas() throws Exception {
    var before = open(dns("127.0.0.1"));
    var other = new ScriptedHandler(1, Runnable::run);
    assertThatThrownBy(() ->
            listeners.update(
                List.of(
                    before.config().withSockets(4),
                    ListenerConfig.of(Scheme.DNS, "192.0.2.1", 5300)),
                any -> other,
                Duration.ZERO))
        .isInstanceOf(ListenException.class);
    assertThat(listeners.all()).containsExactly(before);
    assertThat(before.handler()).isSameAs(handler);
    try (var udp = new UdpClient(before.address())) {
      assertThat(udp.ask(query(1, "fast.a"))).isEqualTo(1);
    }
  }

  @Test
  void anUpdateKeepsOpensAndCloses() throws Exception {
    var kept = dns("127.0.0.1");
    var gone = dns("127.0.0.2");
    var first = listeners.update(List.of(kept, gone), any -> handler, Duration.ZERO);
    var keptAddress = first.get(0).address();
    var goneAddress = first.get(1).address();
    try (var tcp = new TcpClient(keptAddress)) {
      tcp.send(query(1, "fast.a"));
      assertThat(tcp.receiveId()).isEqualTo(1);

      var next = new ScriptedHandler(7, Runnable::run);
      var second = listeners.update(List.of(dns("::1"), kept), any -> next, Duration.ofSeconds(10));
      assertThat(second.get(1)).isSameAs(first.get(0));
      assertThat(second.get(1).address()).isEqualTo(keptAddress);
      tcp.send(query(2, "fast.a", 60)); // the same connection, the new handler
      assertThat(tcp.receive()[59]).isEqualTo((byte) 7);
      try (var udp = new UdpClient(second.getFirst().address())) {
        assertThat(udp.ask(query(3, "fast.a"))).isEqualTo(3);
      }
    }
    assertThatThrownBy(() -> new TcpClient(goneAddress)).isInstanceOf(IOException.class);
  }

  @Test
  void aReloadMayMoveFromAllAddressesToOneOnTheSamePort() throws Exception {
    int port = open(dns("")).address().getPort();
    var one = ListenerConfig.of(Scheme.DNS, "127.0.0.1", port);
    var all = ListenerConfig.of(Scheme.DNS, "", port);
    for (int i = 0; i < 3; i++) {
      for (var config : List.of(one, all)) {
        var listener = listeners.update(List.of(config), any -> handler, Duration.ofSeconds(10));
        assertThat(listener.getFirst().address().getPort()).isEqualTo(port);
        try (var udp = new UdpClient(new InetSocketAddress("127.0.0.1", port));
            var tcp = new TcpClient(new InetSocketAddress("127.0.0.1", port))) {
          assertThat(udp.ask(query(i, "fast.a"))).isEqualTo(i);
          tcp.send(query(i, "fast.a"));
          assertThat(tcp.receiveId()).isEqualTo(i);
        }
      }
    }
  }

  @Test
  void socketsComeAndGoWithTheConfiguration() throws Exception {
    var config = dns("127.0.0.1");
    int port = 0;
    for (int sockets : new int[] {1, 4, 2, 1}) {
      var listener =
          listeners
              .update(List.of(config.withSockets(sockets)), any -> handler, Duration.ofSeconds(10))
              .getFirst();
      assertThat(listener.udp).hasSize(sockets);
      assertThat(listener.accepting).hasSize(sockets);
      assertThat(listener.udp)
          .allSatisfy(s -> assertThat(s.address()).isEqualTo(listener.address()));
      assertThat(listener.address().getPort())
          .isEqualTo(port == 0 ? listener.address().getPort() : port);
      port = listener.address().getPort();
      for (int i = 0; i < 16; i++) { // other client ports, so other sockets
        try (var udp = new UdpClient(listener.address());
            var tcp = new TcpClient(listener.address())) {
          assertThat(udp.ask(query(i, "fast.a"))).isEqualTo(i);
          tcp.send(query(i, "fast.a"));
          assertThat(tcp.receiveId()).isEqualTo(i);
        }
      }
    }
  }

  @Test
  void aBatchIsAnsweredInOrderAndEachToItsClient() throws Exception {
    var server = open(dns("127.0.0.1").withSockets(1)).address();
    var clients = new ArrayList<UdpClient>();
    for (int i = 0; i < 8; i++) {
      clients.add(new UdpClient(server));
    }
    int each = 100;
    for (int id = 0; id < each; id++) {
      for (int i = 0; i < clients.size(); i++) {
        clients.get(i).send(query(id, "fast.c" + i));
      }
    }
    for (int i = 0; i < clients.size(); i++) {
      for (int id = 0; id < each; id++) {
        byte[] answer = clients.get(i).receive();
        assertThat(Queries.id(answer)).isEqualTo(id);
        assertThat(Queries.name(answer)).isEqualTo("fast.c" + i + ".");
      }
      clients.get(i).close();
    }
  }

  @Test
  void aThousandConcurrentQueriesAllGetTheirAnswers() throws Exception {
    try (var pool = Executors.newFixedThreadPool(2)) {
      var slowly = new ScriptedHandler(0, pool);
      var server = listeners.update(List.of(dns("127.0.0.1")), any -> slowly, Duration.ZERO);
      var clients = new ArrayList<UdpClient>();
      for (int i = 0; i < 50; i++) {
        clients.add(new UdpClient(server.getFirst().address()));
      }
      for (int id = 0; id < 20; id++) {
        for (var client : clients) {
          client.send(query(id, id % 2 == 0 ? "fast.a" : "slow.a"));
        }
      }
      for (var client : clients) {
        Set<Integer> ids = new HashSet<>();
        for (int i = 0; i < 20; i++) {
          ids.add(Queries.id(client.receive()));
        }
        assertThat(ids).hasSize(20);
        client.close();
      }
    }
    assertThat(observer.shed()).isEmpty();
  }

  @Test
  void handlersAreSwappedUnderLoadWithoutLosingAQuery() throws Exception {
    var config = dns("127.0.0.1");
    var server = open(config).address();
    var swapping = new AtomicBoolean(true);
    try (ExecutorService pool = Executors.newCachedThreadPool()) {
      var loads = new ArrayList<CompletableFuture<Integer>>();
      for (int i = 0; i < 2; i++) {
        loads.add(CompletableFuture.supplyAsync(() -> udpLoad(server, swapping), pool));
        loads.add(CompletableFuture.supplyAsync(() -> tcpLoad(server, swapping), pool));
      }
      for (int i = 1; i <= 200; i++) {
        var next = new ScriptedHandler(i % 100, pool);
        listeners.update(List.of(config), any -> next, Duration.ZERO);
      }
      swapping.set(false);
      for (var load : loads) {
        assertThat(load.join()).isPositive();
      }
    }
    assertThat(observer.bugs).isEmpty();
    assertThat(observer.shed()).isEmpty();
    var last = new ScriptedHandler(111, Runnable::run);
    listeners.update(List.of(config), any -> last, Duration.ZERO);
    try (var udp = new UdpClient(server)) {
      udp.send(query(1, "fast.a", 60));
      assertThat(udp.receive()[59]).isEqualTo((byte) 111);
    }
  }

  @Test
  void slowQueriesBeyondTheBoundAreShedAndCounted() throws Exception {
    var server = open(dns("127.0.0.1").withSockets(1).withBounds(new Bounds(4, 10, 10, 1 << 20)));
    try (var flood = new UdpClient(server.address());
        var other = new UdpClient(server.address())) {
      for (int id = 1; id <= 6; id++) {
        flood.send(query(id, "later.a"));
      }
      // From one client: half of the bound for whoever comes, then no more than its share.
      await().until(() -> observer.count(Shed.IN_FLIGHT) == 4);
      assertThat(handler.later).hasSize(2);
      assertThat(server.inFlightQueries()).isEqualTo(2);
      assertThat(other.ask(query(9, "fast.a"))).isEqualTo(9);
      handler.next().answer();
      handler.next().answer();
      assertThat(flood.receiveId()).isEqualTo(1);
      assertThat(flood.receiveId()).isEqualTo(2);
      assertThat(flood.ask(query(10, "slow.a"))).isEqualTo(10);
      assertThat(server.inFlightQueries()).isZero();
    }
  }

  @Test
  void whatIsNoDnsIsNotAnsweredAndHarmsNothing() throws Exception {
    var server = open(dns("127.0.0.1").withSockets(1)).address();
    try (var udp = new UdpClient(server)) {
      udp.send(new byte[0]);
      udp.send(new byte[11]);
      udp.send(query(1, "drop.a"));
      udp.send(query(2, "bug.a"));
      udp.send(query(3, "slowbug.a"));
      udp.send(query(4, "silent.a"));
      assertThat(udp.ask(query(5, "fast.a"))).isEqualTo(5);
    }
    assertThat(observer.count(Shed.NOT_DNS)).isBetween(1, 2); // Netty keeps an empty datagram
    assertThat(observer.bugs).hasSize(2);
  }

  @Test
  void aClientThatHalfClosesGetsItsAnswers() throws Exception {
    var server = open(dns("127.0.0.1")).address();
    try (var tcp = new TcpClient(server)) {
      tcp.send(query(1, "later.a"), query(2, "later.b"));
      tcp.socket.shutdownOutput();
      handler.next().answer();
      handler.next().answer();
      assertThat(tcp.receiveId()).isEqualTo(1);
      assertThat(tcp.receiveId()).isEqualTo(2);
      assertThat(tcp.ended()).isTrue();
    }
    await().until(() -> observer.count(Closed.BY_CLIENT) == 1);
  }

  @Test
  void aClientThatReadsNothingHoldsBackOnlyItself() throws Exception {
    var config = dns("127.0.0.1").withBounds(new Bounds(100, 10, 10, 1 << 20));
    var listener = open(config);
    try (var deaf = new TcpClient(listener.address());
        var other = new TcpClient(listener.address())) {
      var sending =
          CompletableFuture.runAsync(() -> {
            try {
              for (int i = 0; i < 2000; i++) { // 120 MB of answers
                deaf.send(query(i, "big.a"));
              }
            } catch (IOException closed) {
              // as it should be, in the end
            }
          });
      await().until(() -> listener.buffered().taken() > 60_000);
      other.send(query(1, "fast.a"));
      assertThat(other.receiveId()).isEqualTo(1);
      assertThat(listener.buffered().taken()).isLessThan(1 << 20);
      for (int i = 0; i < 2000; i++) { // and nothing was lost
        assertThat(deaf.receiveId()).isEqualTo(i);
      }
      sending.join();
    }
  }

  @Test
  void connectionsBeyondTheBoundAreClosedAndCounted() throws Exception {
    var server = open(dns("127.0.0.1").withBounds(new Bounds(100, 2, 10, 1 << 20)));
    try (var first = new TcpClient(server.address());
        var second = new TcpClient(InetAddress.ofLiteral("127.0.0.2"), server.address())) {
      first.send(query(1, "fast.a"));
      second.send(query(2, "fast.a"));
      assertThat(first.receiveId()).isEqualTo(1);
      assertThat(second.receiveId()).isEqualTo(2);
      try (var third = new TcpClient(InetAddress.ofLiteral("127.0.0.3"), server.address())) {
        assertThat(third.ended()).isTrue();
      }
      assertThat(server.openConnections()).isEqualTo(2);
    }
    assertThat(observer.count(Shed.CONNECTIONS)).isEqualTo(1);
    await().until(() -> server.openConnections() == 0);
    try (var next = new TcpClient(server.address())) {
      next.send(query(3, "fast.a"));
      assertThat(next.receiveId()).isEqualTo(3);
    }
  }

  @Test
  void aConnectionThatEndsAfterSoManyQueriesLosesNoAnswer() throws Exception {
    var limited =
        new StreamTimeouts(
            Duration.ofSeconds(3), Duration.ofSeconds(5), Duration.ofSeconds(10), 50);
    var server = open(dns("127.0.0.1").withTimeouts(limited)).address();
    try (var tcp = new TcpClient(server)) {
      var many = new byte[200][];
      for (int i = 0; i < many.length; i++) {
        many[i] = query(i, "fast.a", 500);
      }
      tcp.send(many);
      for (int i = 0; i < 50; i++) {
        assertThat(tcp.receiveId()).isEqualTo(i);
      }
      assertThat(tcp.ended()).isTrue(); // by a FIN: a reset would have been an exception
    }
  }

  @Test
  void shortTimeoutsEndConnections() throws Exception {
    var impatient =
        new StreamTimeouts(
            Duration.ofMillis(50), Duration.ofSeconds(5), Duration.ofMillis(100), -1);
    var server = open(dns("127.0.0.1").withTimeouts(impatient)).address();
    try (var mute = new TcpClient(server);
        var slow = new TcpClient(server);
        var idle = new TcpClient(server)) {
      idle.send(query(1, "fast.a"));
      assertThat(idle.receiveId()).isEqualTo(1);
      slow.socket.getOutputStream().write(0);
      assertThat(mute.ended()).isTrue();
      assertThat(slow.ended()).isTrue();
      assertThat(idle.ended()).isTrue();
    }
    await().until(() -> observer.closed.get() == 3);
    assertThat(observer.count(Closed.READ_TIMEOUT)).isEqualTo(2);
    assertThat(observer.count(Closed.IDLE)).isEqualTo(1);
  }

  @Test
  void closingWaitsForTheAnswersInFlight() throws Exception {
    var server = open(dns("127.0.0.1")).address();
    try (var udp = new UdpClient(server);
        var tcp = new TcpClient(server);
        var idle = new TcpClient(server)) {
      udp.send(query(1, "later.a"));
      tcp.send(query(2, "later.a"));
      var pending = List.of(handler.next(), handler.next());
      var closing = CompletableFuture.supplyAsync(() -> listeners.close(Duration.ofSeconds(20)));
      assertThat(idle.ended()).isTrue();
      assertThat(closing).isNotDone();
      pending.forEach(ScriptedHandler.Pending::answer);
      assertThat(udp.receiveId()).isEqualTo(1);
      assertThat(tcp.receiveId()).isEqualTo(2);
      assertThat(tcp.ended()).isTrue();
      tcp.close();
      idle.close();
      assertThat(closing.join()).isTrue();
    }
  }

  @Test
  void closingDoesNotWaitForever() throws Exception {
    var server = open(dns("127.0.0.1")).address();
    try (var tcp = new TcpClient(server)) {
      tcp.send(query(1, "later.a"));
      var pending = handler.next();
      assertThat(listeners.close(Duration.ofMillis(20))).isFalse();
      assertThat(tcp.ended()).isTrue();
      pending.answer(); // to nobody
    }
  }

  private static ListenerConfig dns(String host) {
    return ListenerConfig.of(Scheme.DNS, host, 0);
  }

  private Listener open(ListenerConfig... configs) throws ListenException {
    return listeners
        .update(List.of(configs), any -> (QueryHandler) handler, Duration.ofSeconds(10))
        .getFirst();
  }

  /** Asks with a few queries under way until told to stop; every one must be answered. */
  private static int udpLoad(InetSocketAddress server, AtomicBoolean goOn) {
    int answered = 0;
    try (var client = new UdpClient(server)) {
      for (int round = 0; goOn.get() || round < 10; round++) {
        Set<Integer> ids = new HashSet<>();
        for (int id = 0; id < 8; id++) {
          client.send(query(id, id % 4 == 0 ? "slow.a" : "fast.a", 60));
        }
        for (int id = 0; id < 8; id++) {
          ids.add(client.receiveId());
        }
        assertThat(ids).hasSize(8);
        answered += 8;
      }
      return answered;
    } catch (IOException failed) {
      throw new AssertionError("after " + answered + " answers", failed);
    }
  }

  private static int tcpLoad(InetSocketAddress server, AtomicBoolean goOn) {
    int answered = 0;
    try (var client = new TcpClient(server)) {
      for (int round = 0; goOn.get() || round < 10; round++) {
        Set<Integer> ids = new HashSet<>();
        for (int id = 0; id < 8; id++) {
          client.send(query(id, id % 4 == 0 ? "slow.a" : "fast.a", 60));
        }
        for (int id = 0; id < 8; id++) {
          ids.add(client.receiveId());
        }
        assertThat(ids).hasSize(8);
        answered += 8;
      }
      return answered;
    } catch (IOException failed) {
      throw new AssertionError("after " + answered + " answers", failed);
    }
  }

  private static final class UdpClient implements AutoCloseable {
    private final DatagramSocket socket = new DatagramSocket();

    UdpClient(InetSocketAddress server) throws SocketException {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.setReceiveBufferSize(1 << 20);
      socket.connect(server); // so that only answers from the address that was asked arrive
    }

    void send(byte[] message) throws IOException {
      socket.send(new DatagramPacket(message, message.length));
    }

    byte[] receive() throws IOException {
      var packet = new DatagramPacket(new byte[65_536], 65_536);
      socket.receive(packet);
      byte[] message = Arrays.copyOf(packet.getData(), packet.getLength());
      assertThat(Queries.isAnswer(message)).isTrue();
      return message;
    }

    int receiveId() throws IOException {
      return Queries.id(receive());
    }

    int ask(byte[] message) throws IOException {
      send(message);
      return receiveId();
    }

    @Override
    public void close() {
      socket.close();
    }
  }

  private static final class TcpClient implements AutoCloseable {
    private final Socket socket = new Socket();
    private final DataInputStream in;

    TcpClient(InetSocketAddress server) throws IOException {
      this(null, server);
    }

    TcpClient(InetAddress from, InetSocketAddress server) throws IOException {
      if (from != null) {
        socket.bind(new InetSocketAddress(from, 0));
      }
      socket.connect(server, TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.setTcpNoDelay(true);
      in = new DataInputStream(socket.getInputStream());
    }

    void send(byte[]... messages) throws IOException {
      socket.getOutputStream().write(framed(messages));
    }

    byte[] receive() throws IOException {
      var message = new byte[in.readUnsignedShort()];
      in.readFully(message);
      assertThat(Queries.isAnswer(message)).isTrue();
      return message;
    }

    int receiveId() throws IOException {
      return Queries.id(receive());
    }

    /** Waits for the server's end of the connection; false when something else comes. */
    boolean ended() throws IOException {
      try {
        in.readUnsignedShort();
        return false;
      } catch (EOFException end) {
        return true;
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}

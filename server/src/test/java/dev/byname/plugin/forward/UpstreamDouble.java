package dev.byname.plugin.forward;

import dev.byname.rdata.Message;
import dev.byname.rdata.Rdata.AddressRdata;
import dev.byname.rdata.Rdata.TxtRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.Bytes;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import javax.net.ServerSocketFactory;

/** A DNS server on loopback that misbehaves as the test says; UDP and TCP on one port. */
final class UpstreamDouble implements AutoCloseable {
  /** What came, with the UDP port it came from. */
  record Asked(byte[] wire, Message query, boolean tcp, int fromPort) {
    DomainName name() {
      return query.question().name();
    }
  }

  final List<Asked> asked = new CopyOnWriteArrayList<>();
  final AtomicInteger connections = new AtomicInteger();

  /** After so many answers a TCP connection is closed. */
  volatile int answersPerConnection = Integer.MAX_VALUE;

  private final BiFunction<Asked, Integer, List<byte[]>> behaviour;
  private final DatagramSocket udp;
  private final ServerSocket tcp;
  private final List<Socket> accepted = new CopyOnWriteArrayList<>();

  /**
   * Starts it.
   *
   * @param behaviour what to send for a query, the how-manieth from 0; nothing: silence
   */
  UpstreamDouble(BiFunction<Asked, Integer, List<byte[]>> behaviour) {
    this(behaviour, ServerSocketFactory.getDefault());
  }

  UpstreamDouble(BiFunction<Asked, Integer, List<byte[]>> behaviour, ServerSocketFactory streams) {
    this.behaviour = behaviour;
    try {
      tcp = streams.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
      udp = new DatagramSocket(tcp.getLocalPort(), InetAddress.getLoopbackAddress());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    Thread.ofVirtual().start(this::serveUdp);
    Thread.ofVirtual().start(this::acceptAll);
  }

  UpstreamAddress address() {
    return UpstreamAddress.plain(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), udp.getLocalPort()));
  }

  private List<byte[]> replies(byte[] wire, boolean overTcp, int fromPort) {
    Message query = Message.read(wire, wire.length);
    if (query == null || query.question() == null) {
      throw new AssertionError("we were sent something malformed");
    }
    var one = new Asked(wire, query, overTcp, fromPort);
    int index;
    synchronized (asked) {
      index = asked.size();
      asked.add(one);
    }
    return behaviour.apply(one, index);
  }

  private void serveUdp() {
    try {
      while (true) {
        var packet = new DatagramPacket(new byte[4096], 4096);
        udp.receive(packet);
        byte[] wire = java.util.Arrays.copyOf(packet.getData(), packet.getLength());
        for (byte[] reply : replies(wire, false, packet.getPort())) {
          udp.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
        }
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void acceptAll() {
    try {
      while (true) {
        Socket socket = tcp.accept();
        connections.incrementAndGet();
        accepted.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      var in = new DataInputStream(socket.getInputStream());
      for (int answers = 0; answers < answersPerConnection; answers++) {
        byte[] wire = new byte[in.readUnsignedShort()];
        in.readFully(wire);
        for (byte[] reply : replies(wire, true, socket.getPort())) {
          byte[] framed = new byte[2 + reply.length];
          Bytes.u16(framed, 0, reply.length);
          System.arraycopy(reply, 0, framed, 2, reply.length);
          socket.getOutputStream().write(framed);
        }
      }
    } catch (IOException closed) {
      // By the other side, or the test is over.
    }
  }

  @Override
  public void close() {
    udp.close();
    try {
      tcp.close();
      for (Socket socket : accepted) {
        socket.close();
      }
    } catch (IOException alreadyClosed) {
      throw new UncheckedIOException(alreadyClosed);
    }
  }

  // ---- answers ----

  static Message answer(Asked asked) {
    var question = asked.query().question();
    return new Message(
        asked.query().id(),
        Header.QR | Header.RD | Header.RA,
        Rcode.NOERROR,
        question,
        List.of(
            ResourceRecord.in(
                question.name(),
                RecordType.A,
                30,
                new AddressRdata(new byte[] {(byte) 203, 0, 113, 7}))),
        List.of(),
        List.of(),
        asked.query().edns());
  }

  static byte[] wire(Message message) {
    return message.toWire(0xffff);
  }

  /** An answer of some 3,000 bytes. */
  static Message large(Asked asked) {
    var question = asked.query().question();
    var record =
        ResourceRecord.in(
            question.name(), RecordType.TXT, 30, new TxtRdata(List.of("x".repeat(250))));
    return answer(asked).withAnswer(java.util.Collections.nCopies(12, record));
  }
}

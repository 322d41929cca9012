package dev.byname.testkit;

import dev.byname.rdata.Message;
import dev.byname.rdata.Rdata.AddressRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A resolver on loopback that knows one address for every name. It can die, and come back on the
 * same port. Between two tests the port may go to somebody else: then coming back fails.
 */
public final class AnsweringUpstream implements AutoCloseable {
  private final byte[] address;
  private final int ttlSeconds;
  private final AtomicLong asked = new AtomicLong();
  private final int port;
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private DatagramSocket socket;
  private ServerSocket listener;
  private Thread thread;

  /**
   * Starts it.
   *
   * @param address the A record of every name
   */
  public AnsweringUpstream(String address, int ttlSeconds) {
    try {
      this.address = InetAddress.getByName(address).getAddress();
      this.ttlSeconds = ttlSeconds;
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      socket = new DatagramSocket(listener.getLocalPort(), InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    port = socket.getLocalPort();
    thread = serve();
  }

  public int port() {
    return port;
  }

  /** Takes queries over UDP and answers none of them until {@link #release}. */
  public void hold() {
    gate = new CountDownLatch(1);
  }

  public void release() {
    gate.countDown();
  }

  /** Queries that came. */
  public long asked() {
    return asked.get();
  }

  private Thread serve() {
    DatagramSocket mine = socket;
    ServerSocket accepting = listener;
    Thread.startVirtualThread(() -> accept(accepting));
    return Thread.ofPlatform().daemon().name("upstream-" + port).start(() -> serve(mine));
  }

  private void serve(DatagramSocket mine) {
    var packet = new DatagramPacket(new byte[4096], 4096);
    while (true) {
      try {
        packet.setLength(4096);
        mine.receive(packet);
        Message query = Message.read(packet.getData(), packet.getLength());
        if (query != null) {
          asked.incrementAndGet();
          gate.await();
          byte[] answer = answer(query).toWire(0xffff);
          mine.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
        }
      } catch (IOException | InterruptedException died) {
        return;
      }
    }
  }

  private void accept(ServerSocket accepting) {
    while (true) {
      try {
        Socket connection = accepting.accept();
        Thread.startVirtualThread(() -> serve(connection));
      } catch (IOException died) {
        return;
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      var in = new DataInputStream(connection.getInputStream());
      var out = new DataOutputStream(connection.getOutputStream());
      while (!listener.isClosed()) {
        byte[] wire = in.readNBytes(in.readUnsignedShort());
        Message query = Message.read(wire, wire.length);
        if (query == null) {
          return;
        }
        asked.incrementAndGet();
        byte[] answer = answer(query).toWire(0xffff);
        out.writeShort(answer.length);
        out.write(answer);
      }
    } catch (IOException gone) {
      // The other side has closed.
    }
  }

  private Message answer(Message query) {
    List<ResourceRecord> records =
        query.question().type().equals(RecordType.A)
            ? List.of(
                ResourceRecord.in(
                    query.question().name(), RecordType.A, ttlSeconds, new AddressRdata(address)))
            : List.of();
    return new Message(
        query.id(),
        Header.QR | Header.RD | Header.RA,
        Rcode.NOERROR,
        query.question(),
        records,
        List.of(),
        List.of(),
        null);
  }

  /** Nobody listens any more. */
  public void die() {
    release();
    socket.close();
    try {
      listener.close();
      thread.join();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Listens again, on the same port. */
  public void comeBack() {
    try {
      listener = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
      socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    } catch (IOException taken) {
      throw new UncheckedIOException(taken);
    }
    thread = serve();
  }

  @Override
  public void close() {
    die();
  }
}

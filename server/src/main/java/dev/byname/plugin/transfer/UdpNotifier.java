package dev.byname.plugin.transfer;

import dev.byname.rdata.Message;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import dev.byname.wire.RecordTypes;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Blocks its thread: once per change and secondary, on a virtual one. */
final class UdpNotifier implements Notifier {
  /** As CoreDNS: often enough for a lost datagram, and a secondary looks by itself anyway. */
  private static final int TRIES = 3;

  private static final int TIMEOUT_MILLIS = 2000;

  private final RandomGenerator random;

  UdpNotifier(RandomGenerator random) {
    this.random = random;
  }

  @Override
  public String tell(
      ResourceRecord soa, InetSocketAddress secondary, @Nullable InetAddress source) {
    int id = random.nextInt(0x10000);
    byte[] wire = message(id, soa).toWire(512);
    String why = "";
    for (int i = 0; i < TRIES; i++) {
      try (var socket = new DatagramSocket(new InetSocketAddress(source, 0))) {
        socket.connect(secondary);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.send(new DatagramPacket(wire, wire.length));
        int rcode = answer(socket, id);
        if (rcode == Rcode.NOERROR) {
          return "";
        }
        why = Rcode.name(rcode);
      } catch (SocketTimeoutException e) {
        why = "no answer";
      } catch (PortUnreachableException e) {
        why = "nobody listens there";
      } catch (IOException e) {
        why = e.toString();
      }
    }
    return why;
  }

  private static Message message(int id, ResourceRecord soa) {
    return new Message(
        id,
        Header.OPCODE_NOTIFY << 11 | Header.AA,
        0,
        new Question(soa.owner(), RecordType.SOA, RecordTypes.CLASS_IN),
        List.of(soa),
        List.of(),
        List.of(),
        null);
  }

  /** The rcode; what belongs to another query is passed over. */
  private static int answer(DatagramSocket socket, int id) throws IOException {
    var packet = new DatagramPacket(new byte[512], 512);
    while (true) {
      socket.receive(packet);
      Message answer = Message.read(packet.getData(), packet.getLength());
      if (answer != null
          && answer.id() == id
          && answer.has(Header.QR)
          && Header.opcode(answer.flags()) == Header.OPCODE_NOTIFY) {
        return answer.rcode();
      }
    }
  }
}

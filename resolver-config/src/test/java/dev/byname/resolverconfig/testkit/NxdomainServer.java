package dev.byname.resolverconfig.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;

/**
 * Says NXDOMAIN to everything over UDP and prints each question as {@code name TYPE address}. A
 * process of its own, for it listens in a network namespace.
 */
public final class NxdomainServer {
  private NxdomainServer() {}

  /** Listens on port 53 of the addresses given. */
  public static void main(String[] addresses) throws IOException {
    for (var address : addresses) {
      var socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral(address), 53));
      Thread.ofPlatform().start(() -> serve(socket, address));
    }
    print("ready");
  }

  private static void serve(DatagramSocket socket, String address) {
    var packet = new DatagramPacket(new byte[512], 512);
    while (true) {
      try {
        socket.receive(packet);
        var message = packet.getData();
        print(question(message) + " " + address);
        message[2] = (byte) (message[2] | 0x80); // QR
        message[3] = 3; // NXDOMAIN
        socket.send(packet);
      } catch (IOException e) {
        return;
      }
    }
  }

  private static synchronized void print(String line) {
    System.out.println(line);
  }

  private static String question(byte[] message) {
    var name = new StringBuilder();
    int at = 12;
    while (message[at] != 0) {
      int length = message[at];
      name.append(new String(Arrays.copyOfRange(message, at + 1, at + 1 + length), US_ASCII));
      name.append('.');
      at += 1 + length;
    }
    return switch (message[at + 2]) {
      case 1 -> name + " A";
      case 28 -> name + " AAAA";
      default -> name + " TYPE" + message[at + 2];
    };
  }
}

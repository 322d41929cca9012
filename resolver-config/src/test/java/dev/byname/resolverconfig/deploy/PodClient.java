package dev.byname.resolverconfig.deploy;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What runs in the pod of {@link EndToEndIT}, as a process of its own. */
final class PodClient {
  private static final int TRIES = 3;

  /** Queries that follow the input: what was broken by then would show. */
  private static final int AFTERWARDS = 200;

  private PodClient() {}

  /**
   * {@code resolve NAME} prints the address that Java finds. {@code ask SERVER} asks for reviews
   * until it gets input, and 200 times more, each time from another port as libc does, and prints
   * what became of it.
   */
  public static void main(String[] arguments) throws IOException {
    switch (arguments[0]) {
      case "resolve" -> System.out.println(InetAddress.getByName(arguments[1]).getHostAddress());
      case "ask" -> ask(InetAddress.getByName(arguments[1]));
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static void ask(InetAddress server) throws IOException {
    byte[] question = question("reviews.default.svc.cluster.local");
    int answered = 0;
    int lost = 0;
    System.out.println("asking");
    int afterwards = 0;
    while (afterwards < AFTERWARDS) {
      if (System.in.available() > 0) {
        afterwards++;
      }
      boolean answer = false;
      for (int attempt = 0; attempt < TRIES && !answer; attempt++) {
        answer = isAnswered(server, question);
      }
      if (answer) {
        answered++;
      } else {
        lost++;
      }
    }
    System.out.println("answered=" + (answered > 0) + " lost=" + lost);
  }

  private static boolean isAnswered(InetAddress server, byte[] question) throws IOException {
    try (var socket = new DatagramSocket()) {
      socket.connect(server, 53);
      socket.setSoTimeout(5000);
      socket.send(new DatagramPacket(question, question.length));
      var answer = new DatagramPacket(new byte[512], 512);
      socket.receive(answer);
      byte[] bytes = Arrays.copyOf(answer.getData(), answer.getLength());
      return (bytes[3] & 15) == 0 && bytes[7] == 1;
    } catch (SocketTimeoutException | java.net.PortUnreachableException nothing) {
      return false;
    }
  }

  private static byte[] question(String name) {
    var bytes = new java.io.ByteArrayOutputStream();
    bytes.writeBytes(new byte[] {7, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0});
    for (var label : name.split("\\.", -1)) {
      bytes.write(label.length());
      bytes.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
    }
    bytes.writeBytes(new byte[] {0, 0, 1, 0, 1});
    return bytes.toByteArray();
  }
}

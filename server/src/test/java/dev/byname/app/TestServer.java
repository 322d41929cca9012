package dev.byname.app;

import dev.byname.corefile.Scheme;
import dev.byname.rdata.Edns;
import dev.byname.rdata.Message;
import dev.byname.rdata.Rdata.AddressRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.transport.Listener;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** A whole server on loopback, made from a Corefile's text, and ways to ask it. */
final class TestServer implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 20_000;

  private final Path corefile;
  private final BynameServer server;

  /**
   * Starts it. Blocks are to say {@code bind 127.0.0.1} and ports 0.
   *
   * @param folder holds the Corefile
   */
  TestServer(Path folder, String corefile) throws IOException {
    this.corefile = Files.writeString(folder.resolve("Corefile"), corefile);
    server = new BynameServer(this.corefile, -1, Map.of());
    try {
      server.start();
    } catch (RuntimeException refused) {
      server.close();
      throw refused;
    }
  }

  BynameServer server() {
    return server;
  }

  /** Lets another Corefile take over; false when it is refused. */
  boolean reload(String next) throws IOException {
    Files.writeString(corefile, next);
    return server.reload(true);
  }

  Listener listener(Scheme scheme) {
    return server.listeners().all().stream()
        .filter(listener -> listener.config().scheme() == scheme)
        .findFirst()
        .orElseThrow();
  }

  int port(Scheme scheme) {
    return listener(scheme).address().getPort();
  }

  InetSocketAddress dns() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port(Scheme.DNS));
  }

  /** Asks over UDP, once: on loopback nothing may be lost. */
  Message ask(String name, RecordType type) throws IOException {
    return ask(dns(), name, type);
  }

  static Message ask(InetSocketAddress server, String name, RecordType type) throws IOException {
    int id = ThreadLocalRandom.current().nextInt(0x10000);
    byte[] query = query(id, name, type);
    try (var socket = new DatagramSocket()) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.send(new DatagramPacket(query, query.length, server));
      var packet = new DatagramPacket(new byte[0xffff], 0xffff);
      socket.receive(packet);
      Message answer = Message.read(packet.getData(), packet.getLength());
      if (answer == null || answer.id() != id) {
        throw new AssertionError("not an answer to " + name + " " + type);
      }
      return answer;
    }
  }

  static byte[] query(int id, String name, RecordType type) {
    return new Message(
            id,
            Header.RD,
            0,
            new Message.Question(DomainName.of(name), type, 1),
            List.of(),
            List.of(),
            List.of(),
            new Edns(1232, false))
        .toWire(0xffff);
  }

  /** The addresses of a name, sorted. */
  List<String> addresses(String name) throws IOException {
    return ask(name, RecordType.A).answer().stream()
        .map(ResourceRecord::data)
        .filter(AddressRdata.class::isInstance)
        .map(Object::toString)
        .sorted()
        .toList();
  }

  /** What an admin page says: status and body. */
  HttpResponse<String> page(String path) {
    return page(URI.create("http://" + server.adminAddress(path)));
  }

  static HttpResponse<String> page(URI page) {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(page).timeout(Duration.ofMillis(PATIENCE_MILLIS)).build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  String scrape() {
    return page("/metrics").body();
  }

  /** The output of a command, both streams. */
  static String run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (InputStream out = process.getInputStream()) {
      return new String(out.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}

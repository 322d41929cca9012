package dev.byname.plugin.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.corefile.Corefile;
import dev.byname.corefile.ParseOptions;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.query.Client;
import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.query.Transport;
import dev.byname.query.ZoneSource;
import dev.byname.rdata.Message;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.Rdata.SoaRdata;
import dev.byname.rdata.Rdata.TxtRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.testkit.ManualScheduler;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.RecordTypes;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the fixtures cannot show: messages, secondaries, notifications, the configuration. */
class TransferTest {
  private static final DomainName ORIGIN = DomainName.of("example.org.");

  private final ManualScheduler scheduler = new ManualScheduler(Instant.EPOCH);
  private final Problems problems = new Problems();
  private final List<String> told = new ArrayList<>();
  private final Zone zone = new Zone();

  /** A zone of as many TXT records of 200 bytes as wanted; says how many were taken. */
  private static final class Zone implements ZoneSource {
    int records = 1;
    int taken;
    long serial = 1;
    Consumer<DomainName> listener = origin -> {};

    @Override
    public String name() {
      return "zone";
    }

    @Override
    public Step handle(Request request, Chain chain) {
      return Step.next(request);
    }

    @Override
    public List<DomainName> origins() {
      return List.of(ORIGIN);
    }

    @Override
    public boolean tellsOfChanges() {
      return true;
    }

    @Override
    public void whenChanged(Consumer<DomainName> told) {
      listener = told;
    }

    @Override
    public @Nullable ZoneCopy copyOf(DomainName origin) {
      if (!origin.equals(ORIGIN)) {
        return null;
      }
      var soa = new SoaRdata(ORIGIN, ORIGIN, serial, 1, 1, 1, 1);
      Iterator<ResourceRecord> rest =
          IntStream.range(0, records)
              .mapToObj(i -> {
                taken++;
                var text = new TxtRdata(List.of("%0200d".formatted(i)));
                return ResourceRecord.in(ORIGIN, RecordType.TXT, 60, text);
              })
              .iterator();
      return new ZoneCopy(ResourceRecord.in(ORIGIN, RecordType.SOA, 60, soa), rest);
    }
  }

  private TransferConfig config(String lines) {
    var corefile =
        Corefile.parse(
            "example.org {\n" + lines + "\n}\n", "Corefile", ParseOptions.DEFAULTS, problems);
    return new TransferFactory()
        .parse(
            corefile.blocks().getFirst().directives("transfer"),
            new BlockContext(List.of("example.org."), Path.of("")),
            problems);
  }

  private Transfer transfer(String lines) {
    var config = config(lines);
    assertThat(problems.toString()).isEmpty();
    Notifier notifier =
        (soa, secondary, source) -> {
          told.add(((SoaRdata) soa.data()).serial() + " " + secondary + " from " + source);
          return "";
        };
    var transfer = new Transfer(config, notifier, scheduler, Runnable::run);
    transfer.meet(List.of(zone, transfer));
    transfer.start();
    return transfer;
  }

  private static Request axfr(String client, Transport transport) {
    return new Request(
        1,
        0,
        new Question(ORIGIN, RecordType.AXFR, RecordTypes.CLASS_IN),
        ".",
        null,
        List.of(),
        new byte[0],
        new Client(
            transport,
            new InetSocketAddress(InetAddress.ofLiteral(client), 40_000),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 53)),
        new Request.Metadata(),
        0);
  }

  private static final Plugin.Chain NOBODY =
      new Plugin.Chain() {
        @Override
        public CompletionStage<Response> next(Request request) {
          return CompletableFuture.failedStage(new AssertionError());
        }

        @Override
        public CompletionStage<Response> server(Request request) {
          return CompletableFuture.failedStage(new AssertionError());
        }
      };

  @Test
  void aLargeZoneTravelsInMessagesThatAreMadeWhenTheyAreTaken() {
    zone.records = 1000;
    Step step = transfer("transfer {\n to *\n}").handle(axfr("192.0.2.1", Transport.TCP), NOBODY);
    assertThat(step).isInstanceOf(Step.Answer.class);
    var messages = ((Response.Transfer) ((Step.Answer) step).response()).messages();
    assertThat(zone.taken).as("before the first message").isZero();

    List<ResourceRecord> records = new ArrayList<>(messages.next().answer());
    assertThat(zone.taken).as("with the first message").isBetween(10, 100);
    int count = 1;
    while (messages.hasNext()) {
      Message message = messages.next();
      assertThat(message.toWire(0xffff)).hasSizeLessThan(20_000);
      assertThat(message.has(Header.TC)).isFalse();
      records.addAll(message.answer());
      count++;
    }
    assertThat(count).isGreaterThan(10);
    assertThat(records).hasSize(1002);
    assertThat(records.getFirst().type()).isEqualTo(RecordType.SOA);
    assertThat(records.getLast().type()).isEqualTo(RecordType.SOA);
    assertThat(records.subList(1, 1001)).doesNotHaveDuplicates();
  }

  @Test
  void anEmptyZoneIsTwoSoaRecords() {
    zone.records = 0;
    Step step = transfer("transfer {\n to *\n}").handle(axfr("192.0.2.1", Transport.TLS), NOBODY);
    var messages = ((Response.Transfer) ((Step.Answer) step).response()).messages();
    assertThat(messages.next().answer()).hasSize(2);
    assertThat(messages.hasNext()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.53, TCP, given",
    "192.0.2.53, TLS, given",
    "192.0.2.53, UDP, refused",
    "192.0.2.53, HTTPS, refused",
    "192.0.2.54, TCP, refused",
    "198.51.100.200, TCP, given",
    "198.51.101.1, TCP, refused",
    "2001:db8::53, TCP, given",
    "2001:db8::54, TCP, refused",
  })
  void secondaries(String client, Transport transport, String expected) {
    var plugin = transfer("transfer {\n to 192.0.2.53 198.51.100.0/24\n to [2001:db8::53]:5300\n}");
    String outcome =
        switch (plugin.handle(axfr(client, transport), NOBODY)) {
          case Step.Answer(Response.Transfer _) -> "given";
          case Step.Answer(Response.Failure _) -> "refused";
          case Step step -> step.toString();
        };
    assertThat(outcome).isEqualTo(expected);
  }

  @Test
  void addressesAreToldAtTheStartAndOfEachChange() {
    transfer("transfer {\n to * 192.0.2.0/24 192.0.2.53 [2001:db8::53]:5300\n source 127.0.0.1\n}");
    scheduler.advance(Duration.ofSeconds(1));
    assertThat(told)
        .containsExactly(
            "1 /192.0.2.53:53 from /127.0.0.1", "1 /[2001:db8:0:0:0:0:0:53]:5300 from /127.0.0.1");
    told.clear();
    zone.serial = 2;
    zone.listener.accept(ORIGIN);
    assertThat(told).hasSize(2).allMatch(line -> line.startsWith("2 "));
  }

  @Test
  void aClosedPluginTellsNobody() {
    transfer("transfer {\n to 192.0.2.53\n}").close();
    scheduler.advance(Duration.ofSeconds(1));
    assertThat(told).isEmpty();
  }

  @Test
  void anotherZonesChangeIsNotOurs() {
    transfer("transfer example.net {\n to 192.0.2.53\n}");
    scheduler.advance(Duration.ofSeconds(1));
    assertThat(told).isEmpty();
  }

  @Test
  void aNotificationIsSentUntilItIsAcknowledged() throws Exception {
    var loopback = InetAddress.getLoopbackAddress();
    try (var secondary = new DatagramSocket(new InetSocketAddress(loopback, 0))) {
      secondary.setSoTimeout(60_000);
      var result = new CompletableFuture<String>();
      ResourceRecord soa = zone.copyOf(ORIGIN).soa();
      Thread.startVirtualThread(() ->
          result.complete(
              new UdpNotifier(new Random(1))
                  .tell(soa, (InetSocketAddress) secondary.getLocalSocketAddress(), null)));
      var first = receive(secondary);
      Message notify = Message.read(first.getData(), first.getLength());
      assertThat(notify.question())
          .isEqualTo(new Question(ORIGIN, RecordType.SOA, RecordTypes.CLASS_IN));
      assertThat(Header.opcode(notify.flags())).isEqualTo(Header.OPCODE_NOTIFY);
      assertThat(notify.answer()).containsExactly(soa);
      answer(secondary, first, notify.withAnswer(List.of()).withId(notify.id() ^ 1), 0);
      answer(secondary, first, notify, 5); // REFUSED: it is tried again
      answer(secondary, receive(secondary), notify, 0);
      assertThat(result.join()).isEmpty();
    }
  }

  private static DatagramPacket receive(DatagramSocket socket) throws Exception {
    var packet = new DatagramPacket(new byte[512], 512);
    socket.receive(packet);
    return packet;
  }

  private static void answer(DatagramSocket socket, DatagramPacket to, Message notify, int rcode)
      throws Exception {
    byte[] wire = notify.withFlags(notify.flags() | Header.QR).toWire(512);
    wire[3] |= (byte) rcode;
    socket.send(new DatagramPacket(wire, wire.length, to.getSocketAddress()));
  }

  @Test
  void complaints() {
    config(
        """
        transfer
        transfer {
          to
          to example.org
          source here
          nothing
        }\
        """);
    assertThat(problems.toString())
        .isEqualTo(
            """
            Corefile:2: transfer: needs a line "to ADDRESS…": who may have the zones (* for everybody)
            Corefile:4: to: takes at least 1 argument, found none
            Corefile:5: to: "example.org" is not an IP address with or without a port
            Corefile:6: source: "here" is not an IP address
            Corefile:7: unknown option "nothing" in transfer\
            """);
  }
}

package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.cluster.ClusterState.Standing;
import dev.byname.cluster.IpAddress;
import dev.byname.query.Transport;
import dev.byname.rdata.Edns;
import dev.byname.rdata.Message;
import dev.byname.rdata.Rdata.OpaqueRdata;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.Bytes;
import dev.byname.wire.Header;
import dev.byname.wire.MessageWriter;
import dev.byname.wire.Rcode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Every file in {@code test-fixtures/answers}: a cluster, a Corefile, files it names, and questions
 * with their answers as dig prints them. Each question is asked twice, of the server as it is and
 * of the plugin chain alone, which must say the same.
 */
class AnswersTest {
  private static final Path FIXTURES =
      Path.of(System.getProperty("byname.root", ".."), "test-fixtures", "answers");
  private static final String DEFAULT_COREFILE =
      ".:53 {\n  kubernetes cluster.local in-addr.arpa ip6.arpa\n}\n";

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicNode> fixtures() throws IOException {
    try (var files = Files.list(FIXTURES)) {
      List<Path> sorted = files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
      assertThat(sorted).isNotEmpty();
      return sorted.stream().map(this::fixture);
    }
  }

  @SuppressWarnings("unchecked")
  private DynamicNode fixture(Path file) {
    Map<String, Object> fixture;
    try {
      fixture =
          (Map<String, Object>)
              new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build())
                  .loadFromString(Files.readString(file));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    List<Map<String, String>> cases = (List<Map<String, String>>) fixture.get("cases");
    return DynamicContainer.dynamicContainer(
        file.getFileName().toString(),
        file.toUri(),
        cases.stream().map(c -> DynamicTest.dynamicTest(c.get("ask"), () -> check(fixture, c))));
  }

  @SuppressWarnings("unchecked")
  private void check(Map<String, Object> fixture, Map<String, String> c) throws IOException {
    List<IpAddress> local =
        ((List<String>) fixture.getOrDefault("localAddresses", List.of()))
            .stream().map(IpAddress::parse).toList();
    Standing standing =
        Standing.valueOf(
            ((String) fixture.getOrDefault("standing", "synced")).toUpperCase(Locale.ROOT));
    for (String name : (List<String>) fixture.getOrDefault("copy", List.of())) {
      Path from = FIXTURES.resolveSibling(name);
      Files.copy(
          from, folder.resolve(from.getFileName().toString()), StandardCopyOption.REPLACE_EXISTING);
    }
    for (var file : ((Map<String, String>) fixture.getOrDefault("files", Map.of())).entrySet()) {
      Files.writeString(folder.resolve(file.getKey()), file.getValue());
    }
    String corefile = (String) fixture.getOrDefault("corefile", DEFAULT_COREFILE);
    try (var cluster = TestCluster.of(corefile, folder, standing, local)) {
      cluster.apply((String) fixture.getOrDefault("cluster", ""));
      Message answer = cluster.ask(c.get("ask"));
      assertThat(print(answer)).isEqualTo(c.get("expect").strip());
      byte[] query = TestCluster.query(c.get("ask")).toWire(0xffff);
      Transport transport = c.get("ask").contains("+tcp") ? Transport.TCP : Transport.UDP;
      byte[] slow = cluster.askSlowly(query, transport);
      assertThat(print(Message.read(slow, slow.length)))
          .as("through the plugin chain")
          .isEqualTo(c.get("expect").strip());
    }
  }

  /**
   * Status and flags but the always set ones, then the sections; a blank line before authority and
   * additional; extended errors (RFC 8914) by their number.
   */
  private static String print(Message message) {
    var text = new StringBuilder(Rcode.name(message.rcode()));
    text.append(message.has(Header.AA) ? " aa" : "");
    text.append(message.has(Header.TC) ? " tc" : "");
    message.answer().forEach(record -> text.append('\n').append(print(record)));
    message.authority().forEach(record -> text.append("\nauthority ").append(print(record)));
    message.additional().forEach(record -> text.append("\nadditional ").append(print(record)));
    if (message.edns() != null) {
      message.edns().options().stream()
          .filter(option -> option.code() == Edns.OPTION_NSID)
          .map(option -> new String(option.data(), StandardCharsets.US_ASCII))
          .forEach(nsid -> text.append("\nnsid ").append(nsid));
      message.edns().options().stream()
          .filter(option -> option.code() == Edns.OPTION_EXTENDED_ERROR)
          .forEach(option -> text.append("\nede ").append(Bytes.u16(option.data(), 0)));
    }
    return text.toString();
  }

  /**
   * Types that we keep as bytes are printed by dnsjava, which knows what is in them; of signatures
   * only the type they cover.
   */
  private static String print(ResourceRecord record) {
    if (!(record.data() instanceof OpaqueRdata)) {
      return record.toString();
    }
    var out = new MessageWriter();
    record.writeTo(out);
    try {
      return org.xbill.DNS.Record.fromWire(out.toByteArray(), org.xbill.DNS.Section.ANSWER)
          .toString()
          .replaceAll("\t+", " ")
          .replaceFirst("^(\\S+ \\d+ IN RRSIG \\w+) .*", "$1");
    } catch (IOException unknown) {
      return record.toString();
    }
  }
}

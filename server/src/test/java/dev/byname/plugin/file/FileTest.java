package dev.byname.plugin.file;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.byname.corefile.Corefile;
import dev.byname.corefile.ParseOptions;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.testkit.ManualScheduler;
import dev.byname.wire.DomainName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** Zone files as files: read, refused, read again. What they answer is in the fixtures. */
class FileTest {
  private static final String ZONE = "@ 60 SOA ns h %d 2 3 4 5\n@ 60 NS ns\nns 60 A 192.0.2.%d\n";
  private static final DomainName ORIGIN = DomainName.of("example.org.");

  private final ManualScheduler scheduler = new ManualScheduler(Instant.EPOCH);
  private final Problems problems = new Problems();
  private final Logger logger = (Logger) LoggerFactory.getLogger(ServedZone.class);
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  @TempDir private Path folder;

  @BeforeEach
  void listen() {
    logged.start();
    logger.addAppender(logged);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(logged);
  }

  private List<String> lines() {
    List<String> lines =
        logged.list.stream()
            .map(event -> event.getLevel() + " " + relative(event.getFormattedMessage()))
            .toList();
    logged.list.clear();
    return lines;
  }

  private String relative(Object text) {
    return text.toString().replace(folder + "/", "");
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private FileConfig config(String lines) {
    var corefile =
        Corefile.parse(
            "example.org {\n" + lines + "\n}\n", "Corefile", ParseOptions.DEFAULTS, problems);
    return new FileFactory()
        .parse(
            corefile.blocks().getFirst().directives("file"),
            new BlockContext(List.of("example.org."), folder),
            problems);
  }

  private FilePlugin started(String lines) {
    var plugin = new FilePlugin(config(lines), scheduler, Runnable::run);
    plugin.start();
    return plugin;
  }

  /** The records behind the SOA, or what the zone is without one. */
  private static String content(FilePlugin plugin) {
    var copy = plugin.copyOf(ORIGIN);
    if (copy == null) {
      return "nothing";
    }
    var text = new StringBuilder();
    copy.behindSoa().forEachRemaining(record -> text.append(record.data()).append(' '));
    return text.toString().strip();
  }

  @Test
  void anotherSerialLetsTheFileTakeOver() throws IOException {
    write("db", ZONE.formatted(1, 1));
    var plugin = started("file db");
    List<DomainName> changed = new ArrayList<>();
    plugin.whenChanged(changed::add);
    assertThat(content(plugin)).isEqualTo("ns.example.org. 192.0.2.1");

    write("db", ZONE.formatted(1, 2));
    scheduler.advance(Duration.ofMinutes(1));
    assertThat(content(plugin)).as("the same serial").isEqualTo("ns.example.org. 192.0.2.1");
    assertThat(changed).isEmpty();

    write("db", ZONE.formatted(2, 3));
    scheduler.advance(Duration.ofMinutes(1));
    assertThat(content(plugin)).isEqualTo("ns.example.org. 192.0.2.3");
    assertThat(changed).containsExactly(ORIGIN);

    write("db", ZONE.formatted(1, 4));
    scheduler.advance(Duration.ofMinutes(1));
    assertThat(content(plugin)).as("a lower one too").isEqualTo("ns.example.org. 192.0.2.4");
    assertThat(lines())
        .containsExactly(
            "INFO zone example.org. is now db with serial 2",
            "INFO zone example.org. is now db with serial 1");
  }

  @Test
  void aFileThatTurnsBadLeavesTheOldZone() throws IOException {
    write("db", ZONE.formatted(1, 1));
    var plugin = started("file db {\n reload 10s\n}");
    write("db", ZONE.formatted(2, 2) + "www 60 A 192.0.2.300\n");
    scheduler.advance(Duration.ofSeconds(10));
    scheduler.advance(Duration.ofSeconds(10));
    assertThat(content(plugin)).isEqualTo("ns.example.org. 192.0.2.1");
    assertThat(lines())
        .as("once, not at each look")
        .containsExactly(
            "ERROR zone example.org.: db:4: Invalid address: 192.0.2.300; serial 1 stays");

    Files.delete(folder.resolve("db"));
    scheduler.advance(Duration.ofSeconds(10));
    assertThat(content(plugin)).isEqualTo("ns.example.org. 192.0.2.1");
    assertThat(lines())
        .containsExactly("ERROR zone example.org.: db: there is no such file; serial 1 stays");

    write("db", ZONE.formatted(3, 3));
    scheduler.advance(Duration.ofSeconds(10));
    assertThat(content(plugin)).isEqualTo("ns.example.org. 192.0.2.3");
    plugin.close();
    assertThat(scheduler.waiting()).isZero();
  }

  @Test
  void aFileIsWaitedFor() throws IOException {
    var plugin = started("file db");
    assertThat(relative(problems))
        .isEqualTo(
            "Corefile:2: warning: file: db is not there now; its zones are answered with SERVFAIL"
                + " until it is");
    assertThat(content(plugin)).isEqualTo("nothing");
    write("db", ZONE.formatted(1, 1));
    scheduler.advance(Duration.ofMinutes(1));
    assertThat(content(plugin)).isEqualTo("ns.example.org. 192.0.2.1");
  }

  @Test
  void byModificationTimeTheSerialDoesNotMatter() throws IOException {
    write("db", ZONE.formatted(1, 1));
    var plugin = started("file db {\n reload_by_mtime\n}");
    write("db", ZONE.formatted(1, 2));
    Files.setLastModifiedTime(folder.resolve("db"), FileTime.fromMillis(1_800_000_000_000L));
    scheduler.advance(Duration.ofMinutes(1));
    assertThat(content(plugin)).isEqualTo("ns.example.org. 192.0.2.2");
  }

  @Test
  void reloadZeroIsNever() throws IOException {
    write("db", ZONE.formatted(1, 1));
    started("file db {\n reload 0s\n}");
    assertThat(scheduler.waiting()).isZero();
  }

  @Test
  void anIncludedFileIsBesideTheFile() throws IOException {
    write("db", ZONE.formatted(1, 1) + "$INCLUDE part\n$INCLUDE part sub.example.org.\n");
    write("part", "www 60 A 192.0.2.7\n");
    assertThat(content(started("file db")))
        .isEqualTo("ns.example.org. 192.0.2.1 192.0.2.7 192.0.2.7");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          www 60 A 192.0.2.1 oops           | db:2: unexpected tokens at end of record
          www 60 NOTYPE x                   | db:2: Invalid type 'NOTYPE'
          $INCLUDE part sub ; relative      | db:2: the origin of an $INCLUDE must end with a dot
          $INCLUDE missing                  | db: missing (No such file or directory)
          @ 60 SOA ns h 2 2 3 4 5           | db: there is more than one SOA record
          @ 60 NSEC3PARAM 1 0 0 -           | db: the zone is signed with NSEC3, which is not supported: sign it with NSEC
          """)
  void whatIsWrongWithAFileIsToldWithItsLine(String line, String complaint) throws IOException {
    write("db", "@ 60 SOA ns h 1 2 3 4 5\n" + line + "\n");
    config("file db");
    assertThat(relative(problems)).contains(complaint);
  }

  @Test
  void theRecordsOfAnotherZone() throws IOException {
    write("db", "$ORIGIN example.net.\n" + ZONE.formatted(1, 1));
    config("file db");
    assertThat(relative(problems))
        .isEqualTo("db: it is the zone example.net., which is not example.org.");
  }

  @Test
  void recordsFromOutsideAreAWarning() throws IOException {
    write("db", ZONE.formatted(1, 1) + "www.example.net. 60 A 192.0.2.2\n");
    assertThat(content(started("file db"))).isEqualTo("ns.example.org. 192.0.2.1");
    assertThat(relative(problems))
        .isEqualTo(
            "Corefile:2: warning: file: db: 1 records outside of example.org. are passed over");
  }

  @Test
  void complaints() throws IOException {
    write("db", ZONE.formatted(1, 1));
    write("empty", "");
    config(
        """
        file db
        file db example.org
        file
        file gone {
          reload 0s
        }
        file empty example.com {
          reload soon
          nothing
        }\
        """);
    assertThat(relative(problems))
        .isEqualTo(
            """
            empty: there is no SOA record for example.com.
            Corefile:3: file: example.org. has a file already; a zone comes from one file
            Corefile:4: file: takes at least 1 argument, found none
            Corefile:5: file: gone is not there, and with reload 0 it would never be looked for
            Corefile:5: file: example.org. has a file already; a zone comes from one file
            Corefile:9: reload: "soon" is not a duration; write 5s, 1m30s or 250ms, for example
            Corefile:10: unknown option "nothing" in file\
            """);
  }
}

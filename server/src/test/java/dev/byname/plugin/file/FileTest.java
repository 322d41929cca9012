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
    write("db", ZONE.formatted(2, 2) + "www 60 A 192.0.2.300\nftp 60\n");
    scheduler.advance(Duration.ofSeconds(10));
    scheduler.advance(Duration.ofSeconds(10));
    assertThat(content(plugin)).isEqualTo("ns.example.org. 192.0.2.1");
    assertThat(lines())
        .as("once, not at each look")
        .containsExactly(
            "ERROR zone example.org. cannot be read, serial 1 stays:\n"
                + "db:4: Invalid address: 192.0.2.300\n"
                + "db:5: expected a string");

    Files.delete(folder.resolve("db"));
    scheduler.advance(Duration.ofSeconds(10));
    assertThat(content(plugin)).isEqualTo("ns.example.org. 192.0.2.1");
    assertThat(lines())
        .containsExactly(
            "ERROR zone example.org. cannot be read, serial 1 stays:\ndb: there is no such file");

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
          www 60 A                          | db:2: expected an address
          www 60 TXT "a                     | db:2: newline in quoted string
          $ORIGIN a..b                      | db:2: 'a..b': invalid empty label
          $TTL soon                         | db:2: expected a TTL value
          $FOO                              | db:2: Invalid directive: $FOO
          $GENERATE 1-x h$ A 192.0.2.$      | db:2: Invalid $GENERATE range specifier: 1-x
          $INCLUDE missing                  | db:2: $INCLUDE missing: there is no such file
          $INCLUDE db                       | db:2: $INCLUDE db: more than 10 files deep
          www 60 CH A 192.0.2.1             | db:2: class IN only
          www 60 TXT ( a                    | db:2: nothing closes this parenthesis
          @ 60 SOA ns h 2 2 3 4 5           | db:2: there is more than one SOA record
          @ 60 NSEC3PARAM 1 0 0 -           | db:2: the zone is signed with NSEC3, which is not supported: sign it with NSEC
          """)
  void whatIsWrongWithAFileIsToldWithItsLine(String line, String complaint) throws IOException {
    write("db", "@ 60 SOA ns h 1 2 3 4 5\n" + line + "\n");
    config("file db");
    assertThat(relative(problems)).contains(complaint);
  }

  /** Each once, whatever else is wrong, and nothing that only follows from another mistake. */
  @Test
  void everythingThatIsWrongIsToldAtOnce() throws IOException {
    write(
        "db",
        """
        @ SOA ns h (
           1 2 3
           oops 5 )
           NS ns
        ns A 192.0.2.1
        $TTL 60
        www A 192.0.2.300 ; too much
        ftp A 192.0.2.2
        $INCLUDE part
        txt TXT "never
        mail MX 10
        ftp NSEC3PARAM 1 0 0 -
        ftp NSEC3PARAM 1 0 0 -
        last A 192.0.2.3\
        """);
    write("part", "; a comment\n\none A\ntwo A 192.0.2.4\nthree AAAA 192.0.2.4\n");
    config("file db");
    assertThat(relative(problems))
        .isEqualTo(
            """
            db:3: expected a TTL-like value
            db:7: Invalid address: 192.0.2.300
            db:10: newline in quoted string
            db:11: expected a name
            db:12: the zone is signed with NSEC3, which is not supported: sign it with NSEC
            part:3: expected an address
            part:5: Invalid address: 192.0.2.4\
            """);
  }

  @Test
  void anotherKindOfFileIsNotReadToItsEnd() throws IOException {
    write("db", "apiVersion: v1\n".repeat(10_000));
    config("file db");
    assertThat(problems.all()).hasSize(101);
    assertThat(relative(problems)).endsWith("db:100: too much is wrong: nothing is read behind it");
  }

  /** What an entry leaves open comes from those before it. */
  @Test
  void whatEntriesInherit() throws IOException {
    write(
        "db",
        """
        $ORIGIN org.
        example SOA ns.example h.example 1 2 3 4 5
        \tNS ns.example
        $ORIGIN sub.example
        a 60 TXT ( "one ; two"    ; a comment (
          tw\\"o )
        \tIN TXT "\u00fc"
        $INCLUDE part below
        b TXT no\\010tab
        $TTL 7
        $GENERATE 1-2 g$ A 192.0.2.$
        c 9 TXT c
        d TXT d
        """);
    write("part", "x 8 TXT x\n");
    var copy = started("file db").copyOf(ORIGIN);
    assertThat(relative(problems)).isEmpty();
    assertThat(copy).isNotNull();
    var records = new ArrayList<String>();
    copy.behindSoa().forEachRemaining(record -> records.add(record.toString()));
    assertThat(copy.soa())
        .hasToString("example.org. 5 IN SOA ns.example.org. h.example.org. 1 2 3 4 5");
    assertThat(records)
        .containsExactlyInAnyOrder(
            "example.org. 5 IN NS ns.example.org.",
            "a.sub.example.org. 60 IN TXT \"one ; two\" \"tw\\\"o\"",
            "a.sub.example.org. 60 IN TXT \"\\195\\188\"",
            "b.sub.example.org. 60 IN TXT \"no\\010tab\"",
            "x.below.sub.example.org. 8 IN TXT \"x\"",
            "g1.sub.example.org. 7 IN A 192.0.2.1",
            "g2.sub.example.org. 7 IN A 192.0.2.2",
            "c.sub.example.org. 9 IN TXT \"c\"",
            "d.sub.example.org. 7 IN TXT \"d\"");
  }

  @Test
  void theRecordsOfAnotherZone() throws IOException {
    write("db", "$ORIGIN example.net.\n" + ZONE.formatted(1, 1));
    config("file db");
    assertThat(relative(problems))
        .isEqualTo("db:2: it is the zone example.net., which is not example.org.");
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

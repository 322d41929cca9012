package dev.byname.corefile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What depends on real files: which are read, the digest of them, and those that cannot be read.
 */
class CorefileFilesTest {
  @TempDir Path folder;

  private final Problems problems = new Problems();

  @Test
  void readFilesAreTheMainFileAndEachImportOnce() throws IOException {
    var main = write("Corefile", "a {\n import parts/*.conf\n}\nb {\n import parts/*.conf\n}\n");
    var one = write("parts/1.conf", "import ../common.conf");
    var two = write("parts/2.conf", "import ../common.conf");
    var common = write("common.conf", "whoami");

    var corefile = parse(main);

    assertThat(problems.all()).isEmpty();
    assertThat(corefile.readFiles()).containsExactly(main, one, two, common);
  }

  @Test
  void digestIsThatOfNamesAndContentsWithTheirLengths() throws Exception {
    var main = write("Corefile", ". {\n}\n");

    var digest = java.security.MessageDigest.getInstance("SHA-512");
    var name = main.toString().getBytes(StandardCharsets.UTF_8);
    digest.update(java.nio.ByteBuffer.allocate(8).putInt(name.length).putInt(6).array());
    digest.update(name);
    digest.update(". {\n}\n".getBytes(StandardCharsets.UTF_8));

    assertThat(parse(main).sha512()).isEqualTo(HexFormat.of().formatHex(digest.digest()));
  }

  @Test
  void digestChangesWithAnImportedFileAndWithNothingElse() throws IOException {
    var main = write("Corefile", ". {\n import *.conf\n}\n");
    write("a.conf", "log\n");
    var first = parse(main).sha512();

    assertThat(parse(main).sha512()).isEqualTo(first);
    write("a.conf", "log \n");
    var second = parse(main).sha512();
    assertThat(second).isNotEqualTo(first);
    write("unrelated", "x");
    assertThat(parse(main).sha512()).isEqualTo(second);
    write("b.conf", "");
    assertThat(parse(main).sha512()).isNotEqualTo(second);
  }

  @Test
  void digestIsThereForABadFileToo() throws IOException {
    var main = write("Corefile", ". {\n cahce\n}\n");

    assertThat(parse(main).sha512()).hasSize(128);
    assertThat(problems.hasErrors()).isTrue();
  }

  @Test
  void missingFileIsAProblemOfTheFile() {
    var corefile = Corefile.parse(Path.of("no/Corefile"), ParseOptions.DEFAULTS, problems);

    assertThat(problems)
        .hasToString("no/Corefile: no/Corefile cannot be read: there is no such file");
    assertThat(corefile.blocks()).isEmpty();
    assertThat(corefile.readFiles()).isEmpty();
  }

  @Test
  void unreadableImportIsAProblemOfTheImportAtEachPlace() throws IOException {
    var main = write("Corefile", "a {\n import x.conf\n}\nb {\n import x.conf\n}\n");
    var secret = write("x.conf", "log");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("---------"));
    assumeTrue(!Files.isReadable(secret), "this user may read everything");

    parse(main);

    assertThat(problems)
        .hasToString(
            """
            %1$s:2: %2$s cannot be read: permission denied
            %1$s:5: %2$s cannot be read: permission denied\
            """
                .formatted(main, secret));
  }

  @Test
  void importOfSomethingThatIsNoFileDoesNotBlock() throws IOException {
    var main = write("Corefile", ". {\n import /dev/zero\n whoami\n}\n");

    parse(main);

    assertThat(problems)
        .hasToString(main + ":2: /dev/zero cannot be imported: it is no regular file");
  }

  @Test
  void namesInMessagesStayRelative() throws IOException {
    write("sub/Corefile", ". {\n import parts/*.conf\n}\n");
    write("sub/parts/a.conf", "\ncahce");
    var relative = Path.of("").toAbsolutePath().relativize(folder.resolve("sub/Corefile"));

    Corefile.parse(relative, ParseOptions.DEFAULTS, problems);

    assertThat(problems.all().getFirst().location())
        .isEqualTo(new Location(relative.resolveSibling("parts/a.conf").toString(), 2));
  }

  @Test
  void importsOfATextAreRelativeToItsNamesFolder() throws IOException {
    write("a.conf", "whoami");

    var corefile =
        Corefile.parse(
            ". {\n import a.conf\n}",
            folder.resolve("stdin").toString(),
            ParseOptions.DEFAULTS,
            problems);

    assertThat(problems.all()).isEmpty();
    assertThat(corefile.print()).isEqualTo("dns://.:53 {\n    whoami\n}\n");
    assertThat(corefile.readFiles()).containsExactly(folder.resolve("a.conf"));
  }

  @Test
  void symlinksAreFollowedAsInAMountedConfigMap() throws IOException {
    write("custom/..2026/log.override", "log");
    Files.createSymbolicLink(folder.resolve("custom/..data"), Path.of("..2026"));
    Files.createSymbolicLink(folder.resolve("custom/log.override"), Path.of("..data/log.override"));
    var main = write("Corefile", ". {\n import custom/*\n}\n");

    assertThat(parse(main).print()).isEqualTo("dns://.:53 {\n    log\n}\n");
    assertThat(problems.all()).isEmpty();
  }

  @Test
  void symlinksThatLeadBackEnd() throws IOException {
    Files.createDirectories(folder.resolve("a"));
    Files.createSymbolicLink(folder.resolve("a/a"), Path.of("."));
    write("a/x.conf", "import a/x.conf");
    var main = write("Corefile", ". {\n import a/x.conf\n}\n");

    parse(main);

    assertThat(problems.errors()).singleElement().asString().endsWith("nested more than 32 deep");
  }

  @Test
  void fileThatIsNotUtf8IsReadWithAWarning() throws IOException {
    var main = folder.resolve("Corefile");
    Files.write(main, ". {\n # g\u00fcltig\n whoami\n}\n".getBytes(StandardCharsets.ISO_8859_1));

    var corefile = parse(main);

    assertThat(problems).hasToString(main + ":2: warning: this line is not UTF-8");
    assertThat(corefile.print()).isEqualTo("dns://.:53 {\n    whoami\n}\n");
  }

  @Test
  void fileOverTheBoundIsRefused() throws IOException {
    var main = folder.resolve("Corefile");
    Files.write(main, new byte[ImportedFiles.FILE_BYTES_MAX + 1]);

    parse(main);

    assertThat(problems).hasToString("%1$s: %1$s is larger than 4 MiB".formatted(main));
  }

  @Test
  void allFilesTogetherHaveABoundToo() throws IOException {
    var main = write("Corefile", ". {\n import *.conf\n}\n");
    var comment = "#".repeat(ImportedFiles.FILE_BYTES_MAX - 1) + "\n";
    for (int i = 1; i <= 4; i++) {
      write(i + ".conf", comment);
    }

    parse(main);

    assertThat(problems)
        .hasToString(
            "%s:2: %s makes the configuration larger than 16 MiB"
                .formatted(main, folder.resolve("4.conf")));
  }

  @Test
  void moreWordsThanTheBoundAreRefused() throws IOException {
    var main = write("Corefile", ". {\n" + "log\n".repeat(CorefileParser.WORDS_MAX) + "}\n");

    parse(main);

    assertThat(problems)
        .hasToString(main + ": more than 500000 words, imports included; the rest is not read");
  }

  @Test
  void moreZonesThanTheBoundAreRefused() throws IOException {
    var main = write("Corefile", "10.0.0.0/9 ".repeat(400) + "{\n}\n");

    parse(main);

    assertThat(problems).hasToString(main + ":1: more than 50000 zones; the rest is not read");
  }

  @Test
  void wordOverTheBoundIsRefused() throws IOException {
    var main = write("Corefile", ". {\n chaos " + "x".repeat(Lexer.WORD_LENGTH_MAX + 1) + "\n}\n");

    parse(main);

    assertThat(problems)
        .hasToString(
            main
                + ":2: a word of 65537 characters; at most 65536 are allowed (is a quote missing?)");
  }

  @Test
  void directoryIsAMountedConfigMapOfKubeDns() throws IOException {
    write("config/stubDomains", "{\"acme.local\": [\"192.0.2.1\"]}");
    write("config/upstreamNameservers", "[\"192.0.2.2\"]");

    var corefile = parse(folder.resolve("config"));

    assertThat(problems.all()).isEmpty();
    assertThat(corefile.blocks())
        .extracting(ServerBlock::zones)
        .hasToString("[[acme.local.], [.]]");
    assertThat(corefile.print()).contains("forward . 192.0.2.2\n");
    assertThat(corefile.readFiles())
        .containsExactly(
            folder.resolve("config/stubDomains"), folder.resolve("config/upstreamNameservers"));
  }

  @Test
  void problemsOfAMountedKubeDnsKeyHaveItsFileAndLine() throws IOException {
    var file = write("config/stubDomains", "{\n\"acme.local\": [\"nowhere\"]}");

    parse(folder.resolve("config"));

    assertThat(problems)
        .hasToString(
            file + ":2: stubDomains: \"nowhere\" is not an IP address with or without a port");
  }

  @Test
  void directoryWithACorefileIsThatOfCoreDns() throws IOException {
    var main = write("config/Corefile", ". {\n import NodeHosts.*\n whoami\n}\n");
    write("config/NodeHosts", "");

    assertThat(parse(folder.resolve("config")).print()).isEqualTo("dns://.:53 {\n    whoami\n}\n");
    assertThat(problems).hasToString(main + ":2: warning: no file matches NodeHosts.*");
  }

  @Test
  void directoryWithNeitherIsRefused() {
    parse(folder);

    assertThat(problems)
        .hasToString(
            folder
                + ": this directory has neither a Corefile nor a file stubDomains or"
                + " upstreamNameservers or federations of kube-dns");
  }

  @Test
  void clusterDomainOfKubeDnsIsAnOption() throws IOException {
    var options = ParseOptions.DEFAULTS.withClusterDomain("corp.example");
    var main = write("kube-dns.yaml", "kind: ConfigMap\n");

    assertThat(Corefile.parse(main, options, problems).print())
        .contains("kubernetes corp.example in-addr.arpa ip6.arpa {");
  }

  @Test
  void translationOfKubeDnsIsReadable() {
    var kubeDns =
        KubeDnsConfigMap.read(
                """
                kind: ConfigMap
                data:
                  stubDomains: '{"acme.local": ["192.0.2.1"]}'
                """,
                "kube-dns.yaml",
                "cluster.local",
                problems)
            .orElseThrow();

    assertThat(kubeDns.stubDomains())
        .isEqualTo(Map.of("acme.local", java.util.List.of("192.0.2.1")));
    assertThat(kubeDns.toCorefile("cluster.local"))
        .isEqualTo(
            """
            # Translated from kube-dns's ConfigMap.

            # stubDomains: these zones are asked of their own nameservers.
            acme.local {
                errors
                cache 30
                loop
                forward . 192.0.2.1
            }

            # The cluster, with kube-dns's TTL of 30 seconds, and its pod names without a check.
            . {
                errors
                health {
                    lameduck 5s
                }
                ready
                kubernetes cluster.local in-addr.arpa ip6.arpa {
                    pods insecure
                    fallthrough in-addr.arpa ip6.arpa
                    ttl 30
                }
                prometheus :9153
                # No upstreamNameservers: the machine's own.
                forward . /etc/resolv.conf
                cache 30
                loop
                reload
                loadbalance
            }
            """);
  }

  @Test
  void hostileYamlEndsInAProblem() {
    var deep = "kind: ConfigMap\nmetadata: " + "[".repeat(200_000);
    Corefile.parse(deep, "deep.yaml", ParseOptions.DEFAULTS, problems);
    assertThat(problems).hasToString("deep.yaml:2: nested more than 100 deep");

    var deepJson = new Problems();
    Corefile.parse(
        "kind: ConfigMap\ndata:\n  stubDomains: '" + "[".repeat(50_000) + "'\n",
        "deep.yaml",
        ParseOptions.DEFAULTS,
        deepJson);
    assertThat(deepJson.errors()).hasSize(1);

    var aliases = new StringBuilder("kind: ConfigMap\na: &a x\n");
    for (char c = 'b'; c <= 'z'; c++) {
      var before = (char) (c - 1);
      aliases.append(c).append(": &").append(c).append(" [");
      aliases.append(("*" + before + ", ").repeat(9)).append('*').append(before).append("]\n");
    }
    var laughs = new Problems();
    Corefile.parse(aliases.toString(), "laughs.yaml", ParseOptions.DEFAULTS, laughs);
    assertThat(laughs.all()).isEmpty();
  }

  private Corefile parse(Path file) {
    return Corefile.parse(file, ParseOptions.DEFAULTS, problems);
  }

  private Path write(String name, String text) throws IOException {
    var path = folder.resolve(name);
    Files.createDirectories(path.getParent());
    return Files.writeString(path, text);
  }
}

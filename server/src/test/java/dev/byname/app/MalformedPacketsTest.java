package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.query.Transport;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What strangers send: an rcode, or silence; never an exception. */
class MalformedPacketsTest {
  @TempDir Path folder;

  /** {@code Q}: the question {@code a. A IN}; {@code O}: an OPT record of 1232 bytes. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "nothing at all, '', SILENCE",
    "half a header, 1267 0100 0001, SILENCE",
    "a header alone that promises a question, 1267 0100 0001 0000 0000 0000, FORMERR",
    "a response, 1267 8100 0001 0000 0000 0000 Q, SILENCE",
    "no question, 1267 0100 0000 0000 0000 0000, FORMERR",
    "two questions, 1267 0100 0002 0000 0000 0000 Q Q, FORMERR",
    "a name that ends nowhere, 1267 0100 0001 0000 0000 0000 0561, FORMERR",
    "a name that points to itself, 1267 0100 0001 0000 0000 0000 c00c 0001 0001, FORMERR",
    "a label of a reserved type, 1267 0100 0001 0000 0000 0000 8061 00 0001 0001, FORMERR",
    "a question without its class, 1267 0100 0001 0000 0000 0000 0161 00 0001, FORMERR",
    "an additional record that is not there, 1267 0100 0001 0000 0000 0001 Q, FORMERR",
    "an OPT record cut off, 1267 0100 0001 0000 0000 0001 Q 0000 2904, FORMERR",
    "an OPT record longer than the message, 1267 0100 0001 0000 0000 0001 Q 00 0029 04d0 00000000 0010, FORMERR",
    "an EDNS option longer than its record, 1267 0100 0001 0000 0000 0001 Q 00 0029 04d0 00000000 0004 000a 0008, FORMERR",
    "two OPT records, 1267 0100 0001 0000 0000 0002 Q O O, FORMERR",
    "EDNS version 1, 1267 0100 0001 0000 0000 0001 Q 00 0029 04d0 00010000 0000, BADVERS",
    "STATUS, 1267 1100 0001 0000 0000 0000 Q, NOTIMP",
    "UPDATE, 1267 2900 0001 0000 0000 0000 Q, NOTIMP",
    "an opcode nobody knows, 1267 7900 0001 0000 0000 0000 Q, NOTIMP",
    "class CH, 1267 0100 0001 0000 0000 0000 0161 00 0010 0003, REFUSED",
    "a name outside all zones, 1267 0100 0001 0000 0000 0000 Q, REFUSED",
    "the same with EDNS, 1267 0100 0001 0000 0000 0001 Q O, REFUSED",
    "bytes behind the question, 1267 0100 0001 0000 0000 0000 Q ffff, REFUSED",
  })
  void strangersGetAnRcodeOrSilence(String what, String hex, String expected) throws IOException {
    String packet =
        hex.replace("Q", "0161 00 0001 0001")
            .replace("O", "00 0029 04d0 00000000 0000")
            .replace(" ", "");
    try (var cluster = TestCluster.of("cluster.local:53 {\n  kubernetes\n}\n", folder)) {
      for (Transport transport : new Transport[] {Transport.UDP, Transport.TCP}) {
        byte[] answer = cluster.askBytes(HexFormat.of().parseHex(packet), transport);
        assertThat(outcome(answer)).as("%s over %s", what, transport).isEqualTo(expected);
        if (answer.length > 0) {
          assertThat(HexFormat.of().formatHex(answer, 0, 2)).isEqualTo("1267");
        }
      }
    }
  }

  private static String outcome(byte[] answer) {
    if (answer.length == 0) {
      return "SILENCE";
    }
    int rcode = answer[3] & Header.RCODE_MASK;
    boolean extended = answer.length >= 11 && answer[Header.ARCOUNT + 1] == 1;
    // The upper bits of the rcode are in the OPT record, which is last and has no options.
    return Rcode.name(rcode | (extended ? (answer[answer.length - 6] & 0xff) << 4 : 0));
  }
}

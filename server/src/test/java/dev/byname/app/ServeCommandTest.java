package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The short way to {@code serve} reads what picocli reads, or leaves it to picocli. */
class ServeCommandTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "serve",
        "serve -conf /etc/coredns/Corefile",
        "serve -dns.port 1053 -conf conf/Corefile -o json",
        "serve -o text"
      })
  void asPicocliReadsIt(String line) {
    String[] arguments = line.split(" ");
    ServeCommand plain = ServeCommand.plain(arguments);
    var read = new ServeCommand();
    new CommandLine(read).parseArgs(java.util.Arrays.copyOfRange(arguments, 1, arguments.length));

    assertThat(plain).isNotNull();
    assertThat(plain.corefile).isEqualTo(read.corefile);
    assertThat(plain.port).isEqualTo(read.port);
    assertThat(plain.format).isEqualTo(read.format);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "check -conf Corefile",
        "serve -conf",
        "serve --help",
        "serve -conf=Corefile",
        "serve -conf @Corefile",
        "serve -conf -o",
        "serve -conf a -conf b",
        "serve -dns.port 53x",
        "serve -dns.port 999999",
        "serve -o yaml",
        "serve -p 53",
        "serve -confuse 1"
      })
  void leftToPicocli(String line) {
    assertThat(ServeCommand.plain(line.split(" "))).isNull();
  }

  @Test
  void withoutArgumentsNothingIsServed() {
    assertThat(ServeCommand.plain(new String[0])).isNull();
  }

  @Test
  void defaults() {
    ServeCommand serve = ServeCommand.plain(new String[] {"serve"});
    assertThat(serve).isNotNull();
    assertThat(serve.corefile).isEqualTo(Path.of("Corefile"));
    assertThat(serve.port).isEqualTo(-1);
    assertThat(serve.format).isEqualTo("text");
  }
}

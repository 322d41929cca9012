package dev.byname.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.byname.interop.RecordText.BadRecordException;
import dev.byname.wire.DomainName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordTextTest {
  private static final DomainName ORIGIN = DomainName.of("example.org.");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          www A 192.0.2.1                        | www.example.org. 300 IN A 192.0.2.1
          www 60 A 192.0.2.1                     | www.example.org. 60 IN A 192.0.2.1
          www.other. IN 1h AAAA 2001:DB8::1      | www.other. 3600 IN AAAA 2001:db8::1
          www 60 CH TXT "a b" c                  | www.example.org. 60 CH TXT "a b" "c"
          @ MX 10 mail                           | example.org. 300 IN MX 10 mail.example.org.
          _http._tcp SRV 0 1 80 web.             | _http._tcp.example.org. 300 IN SRV 0 1 80 web.
          @ SOA ns admin 1 2h 3 4 5 ; comment    | example.org. 300 IN SOA ns.example.org. admin.example.org. 1 7200 3 4 5
          Host CNAME WWW.other.                  | Host.example.org. 300 IN CNAME WWW.other.
          x TYPE65281 \\# 2 beef                 | x.example.org. 300 IN TYPE65281 \\# 2 BEEF
          x HINFO "a" ""                         | x.example.org. 300 IN HINFO \\# 3 016100
          a\\.b A 192.0.2.1                      | a\\.b.example.org. 300 IN A 192.0.2.1
          """)
  void records(String text, String printed) throws BadRecordException {
    assertThat(RecordText.parse(text, ORIGIN, 300)).hasToString(printed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          www                      | expected a string
          www 60                   | expected a string
          www A                    | expected
          www A 192.0.2.256        | Invalid address
          www A 192.0.2.1 more     | expected
          www B 192.0.2.1          | "B" is no record type
          www 99999999999 A 192.0.2.1 | "99999999999" is no TTL
          a..b A 192.0.2.1         | empty label
          """)
  void complaints(String text, String reason) {
    assertThatThrownBy(() -> RecordText.parse(text, ORIGIN, 300))
        .isInstanceOf(BadRecordException.class)
        .hasMessageContaining(reason)
        .message()
        .doesNotContain("none");
  }
}

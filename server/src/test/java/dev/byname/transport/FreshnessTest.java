package dev.byname.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.wire.Bytes;
import dev.byname.wire.Header;
import dev.byname.wire.RecordTypes;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FreshnessTest {
  @Test
  void theLowestTtlOfTheAnswerCounts() {
    assertThat(age(message(0, List.of(a(300), a(30), a(60)), List.of()))).isEqualTo(30);
  }

  @Test
  void otherRecordsOfTheAuthoritySectionDoNot() {
    assertThat(age(message(0, List.of(a(300)), List.of(record(RecordTypes.NS, 10, 4)))))
        .isEqualTo(300);
  }

  @Test
  void aNegativeAnswerIsAsFreshAsItsSoa() {
    assertThat(age(message(3, List.of(), List.of(soa(300, 60))))).isEqualTo(60);
    assertThat(age(message(0, List.of(), List.of(soa(30, 60))))).isEqualTo(30);
    assertThat(age(message(3, List.of(a(5)), List.of(soa(300, 60)))))
        .as("CNAME, then nothing")
        .isEqualTo(5);
  }

  @Test
  void whatSaysNothingAboutItsAgeIsNotKept() {
    assertThat(age(message(0, List.of(), List.of()))).isZero();
    assertThat(age(message(2, List.of(), List.of(soa(300, 60))))).as("SERVFAIL").isZero();
    var truncated = message(0, List.of(a(300)), List.of());
    Bytes.u16(truncated, Header.FLAGS, Header.QR | Header.TC);
    assertThat(age(truncated)).isZero();
  }

  @Test
  void aTtlWithTheTopBitCountsAsZero() {
    assertThat(age(message(0, List.of(a(0x80000001)), List.of()))).isZero();
    assertThat(age(message(0, List.of(a(0x7fffffff)), List.of()))).isEqualTo(0x7fffffffL);
  }

  @Test
  void anyCutOfAMessageIsHarmless() {
    var whole = message(0, List.of(a(300), a(20)), List.of(soa(300, 60)));
    for (int length = Header.LENGTH_BYTES; length < whole.length; length++) {
      assertThat(Freshness.maxAgeSeconds(Arrays.copyOf(whole, length), length)).isZero();
    }
  }

  private static long age(byte[] message) {
    return Freshness.maxAgeSeconds(message, message.length);
  }

  private static byte[] message(int rcode, List<byte[]> answers, List<byte[]> authority) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(Queries.query(1, "www.example"));
    answers.forEach(out::writeBytes);
    authority.forEach(out::writeBytes);
    byte[] message = out.toByteArray();
    Bytes.u16(message, Header.FLAGS, Header.QR | rcode);
    Bytes.u16(message, Header.ANCOUNT, answers.size());
    Bytes.u16(message, Header.NSCOUNT, authority.size());
    return message;
  }

  private static byte[] a(int ttl) {
    return record(RecordTypes.A, ttl, 4);
  }

  /** With root names for both mname and rname. */
  private static byte[] soa(int ttl, int minimum) {
    byte[] soa = record(RecordTypes.SOA, ttl, 22);
    Bytes.i32(soa, soa.length - 4, minimum);
    return soa;
  }

  private static byte[] record(int type, int ttl, int dataBytes) {
    byte[] record = new byte[12 + dataBytes];
    Bytes.u16(record, 0, 0xc000 | Header.LENGTH_BYTES);
    Bytes.u16(record, 2, type);
    Bytes.u16(record, 4, 1);
    Bytes.i32(record, 6, ttl);
    Bytes.u16(record, 10, dataBytes);
    return record;
  }
}

package dev.byname.plugin.forward;

import dev.byname.query.Request;
import dev.byname.rdata.Edns;
import dev.byname.wire.Bytes;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.RecordTypes;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What an upstream is asked. Two clients whose queries are equal here get one answer.
 *
 * @param flags RD, CD and AD as the client set them: with these an upstream answers differently
 * @param options EDNS options that are passed on. Their arrays compare by identity, so queries with
 *     options are never taken for the same one
 */
record UpstreamQuery(
    DomainName name,
    int type,
    int queryClass,
    int flags,
    boolean dnssecOk,
    List<Edns.Option> options) {

  /**
   * The UDP size that crosses today's networks without fragments: a fragment other than the first
   * carries neither port nor id, so it is easier to forge (RFC 9715 section 3).
   */
  static final int UDP_SIZE_BYTES = 1232;

  /** Without EDNS (RFC 1035 section 4.2.1). */
  static final int PLAIN_UDP_SIZE_BYTES = 512;

  private static final int OPTION_KEEPALIVE = 11;
  private static final int OPTION_PADDING = 12;

  static UpstreamQuery of(Request request) {
    Edns edns = request.edns();
    return new UpstreamQuery(
        request.question().name(),
        request.question().type().value(),
        request.question().queryClass(),
        request.flags() & (Header.RD | Header.CD | Header.AD),
        request.dnssecOk(),
        edns == null
            ? List.of()
            : edns.options().stream().filter(UpstreamQuery::goesFurther).toList());
  }

  /**
   * Cookies, keepalive and padding are between two neighbours (RFC 7873 section 5, RFC 7828 section
   * 3, RFC 7830 section 4); NSID would tell the client a name that is not ours. The rest passes, as
   * with CoreDNS: {@code rewrite edns0} counts on it.
   */
  private static boolean goesFurther(Edns.Option option) {
    return switch (option.code()) {
      case Edns.OPTION_COOKIE, OPTION_KEEPALIVE, OPTION_PADDING, Edns.OPTION_NSID -> false;
      default -> true;
    };
  }

  /** The name as it travels, in the client's case. */
  byte[] nameWire() {
    return name.toWire();
  }

  /**
   * The name with each letter in a random case: an upstream copies it into its answer, so a forger
   * has to guess it too (draft-vixie-dnsext-dns0x20).
   */
  byte[] nameInRandomCase(RandomGenerator random) {
    byte[] wire = name.toWire();
    long bits = 0;
    int left = 0;
    for (int i = 0; i < wire.length; i++) {
      // Length bytes are below 64, so no letters.
      byte lower = DomainName.fold(wire[i]);
      if (lower >= 'a' && lower <= 'z') {
        if (left == 0) {
          bits = random.nextLong();
          left = Long.SIZE;
        }
        wire[i] = (bits & 1) == 0 ? lower : (byte) (lower - 32);
        bits >>>= 1;
        left--;
      }
    }
    return wire;
  }

  /**
   * The message.
   *
   * @param headroomBytes left free in front, for a stream's length
   * @param nameWire the name in the case in which it is asked
   * @param edns false for an upstream that does not know EDNS: then DO and the options are lost
   */
  byte[] encode(int headroomBytes, int id, byte[] nameWire, boolean edns) {
    int optBytes = 0;
    if (edns) {
      optBytes = 11;
      for (Edns.Option option : options) {
        optBytes += 4 + option.data().length;
      }
    }
    byte[] out = new byte[headroomBytes + Header.LENGTH_BYTES + nameWire.length + 4 + optBytes];
    int at = headroomBytes;
    Bytes.u16(out, at + Header.ID, id);
    Bytes.u16(out, at + Header.FLAGS, flags);
    Bytes.u16(out, at + Header.QDCOUNT, 1);
    Bytes.u16(out, at + Header.ARCOUNT, edns ? 1 : 0);
    at += Header.LENGTH_BYTES;
    System.arraycopy(nameWire, 0, out, at, nameWire.length);
    at += nameWire.length;
    Bytes.u16(out, at, type);
    Bytes.u16(out, at + 2, queryClass);
    at += 4;
    if (edns) {
      writeOpt(out, at, optBytes);
    }
    return out;
  }

  /** RFC 6891 section 6.1.2. */
  private void writeOpt(byte[] out, int at, int optBytes) {
    Bytes.u16(out, at + 1, RecordTypes.OPT);
    Bytes.u16(out, at + 3, UDP_SIZE_BYTES);
    Bytes.u16(out, at + 7, dnssecOk ? 0x8000 : 0);
    Bytes.u16(out, at + 9, optBytes - 11);
    int position = at + 11;
    for (Edns.Option option : options) {
      Bytes.u16(out, position, option.code());
      Bytes.u16(out, position + 2, option.data().length);
      System.arraycopy(option.data(), 0, out, position + 4, option.data().length);
      position += 4 + option.data().length;
    }
  }
}

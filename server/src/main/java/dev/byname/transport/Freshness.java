package dev.byname.transport;

import dev.byname.wire.Bytes;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import dev.byname.wire.RecordTypes;

/** How long an HTTP cache may keep an answer (RFC 8484 section 5.1). */
final class Freshness {
  private static final int FIXED_BYTES = 10; // type, class, TTL and length of a record

  private Freshness() {}

  /**
   * The lowest TTL of the answer section, and of the SOA in the authority section if the answer
   * says that there is nothing (RFC 2308 section 5). 0 for errors, truncated answers and whatever
   * says nothing about its age: such an answer is good for this one request only.
   */
  static long maxAgeSeconds(byte[] message, int lengthBytes) {
    int flags = Bytes.u16(message, Header.FLAGS);
    int rcode = flags & Header.RCODE_MASK;
    if ((rcode != Rcode.NOERROR && rcode != Rcode.NXDOMAIN) || (flags & Header.TC) != 0) {
      return 0;
    }
    int at = Header.LENGTH_BYTES;
    for (int i = Bytes.u16(message, Header.QDCOUNT); i > 0; i--) {
      int nameBytes = DomainName.sizeAt(message, at, lengthBytes);
      if (nameBytes < 0) {
        return 0;
      }
      at += nameBytes + 4;
    }
    int answers = Bytes.u16(message, Header.ANCOUNT);
    int records = answers + Bytes.u16(message, Header.NSCOUNT);
    long lowest = Long.MAX_VALUE;
    for (int i = 0; i < records; i++) {
      int nameBytes = DomainName.sizeAt(message, at, lengthBytes);
      int fixed = at + nameBytes;
      if (nameBytes < 0 || fixed + FIXED_BYTES > lengthBytes) {
        return 0;
      }
      int end = fixed + FIXED_BYTES + Bytes.u16(message, fixed + 8);
      if (end > lengthBytes) {
        return 0;
      }
      long ttl = ttlSeconds(message, fixed + 4);
      if (i < answers) {
        lowest = Math.min(lowest, ttl);
      } else if (Bytes.u16(message, fixed) == RecordTypes.SOA && end - fixed >= FIXED_BYTES + 4) {
        lowest = Math.min(lowest, Math.min(ttl, ttlSeconds(message, end - 4)));
      }
      at = end;
    }
    return lowest == Long.MAX_VALUE ? 0 : lowest;
  }

  /** A TTL with its top bit set counts as 0 (RFC 2181 section 8). */
  private static long ttlSeconds(byte[] message, int offset) {
    return Math.max(0, Bytes.i32(message, offset));
  }
}

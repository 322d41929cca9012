package dev.byname.plugin.forward;

import dev.byname.rdata.Message;
import dev.byname.wire.Bytes;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import dev.byname.wire.RecordTypes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Checks what claims to be an answer and makes it fit to be passed on: the question in the client's
 * case, the OPT record gone (it is between us and the upstream, RFC 6891 section 6.1.1), nothing
 * behind the last record.
 *
 * <p>Walks over the records without making any. Names are followed far enough to know that a client
 * can read them: a library that crashes on a pointer loop must not learn of it through us.
 */
final class ReplyReader {
  private final byte[] in;
  private final int length;
  private final UpstreamQuery query;

  private int optStart = -1;
  private int optEnd;
  private int extendedRcode;

  private ReplyReader(byte[] in, int length, UpstreamQuery query) {
    this.in = in;
    this.length = length;
    this.query = query;
  }

  /**
   * Reads {@code in[0, length)}, whose id was found to be right.
   *
   * @param sentName the name as it was asked
   * @param exactCase whether the answer must have it in the same case
   * @param edns whether the query had an OPT record
   * @param sizeMaxBytes what was asked for at most
   * @return null for an answer to another question: to be dropped, the right one may still come
   */
  static @Nullable UpstreamReply read(
      byte[] in,
      int length,
      UpstreamQuery query,
      byte[] sentName,
      boolean exactCase,
      boolean edns,
      int sizeMaxBytes) {
    return new ReplyReader(in, length, query).read(sentName, exactCase, edns, sizeMaxBytes);
  }

  private @Nullable UpstreamReply read(
      byte[] sentName, boolean exactCase, boolean edns, int sizeMaxBytes) {
    int flags = Bytes.u16(in, Header.FLAGS);
    if ((flags & Header.QR) == 0 || Header.opcode(flags) != Header.OPCODE_QUERY) {
      return null;
    }
    int rcode = flags & Header.RCODE_MASK;
    if (Bytes.u16(in, Header.QDCOUNT) == 0 && rcode != Rcode.NOERROR) {
      // Some servers leave the question out of their errors. Nothing but the id speaks for it then.
      return edns && maySayNoEdns(rcode)
          ? new UpstreamReply.EdnsRefused(errorOnly(flags), rcode)
          : new UpstreamReply.Unusable(Rcode.name(rcode) + " without a question");
    }
    if (Bytes.u16(in, Header.QDCOUNT) != 1 || !questionMatches()) {
      return null;
    }
    if (exactCase
        && !Arrays.equals(
            in,
            Header.LENGTH_BYTES,
            Header.LENGTH_BYTES + sentName.length,
            sentName,
            0,
            sentName.length)) {
      return new UpstreamReply.CaseLost();
    }
    if (length > sizeMaxBytes) {
      return new UpstreamReply.Unusable(length + " bytes, of at most " + sizeMaxBytes);
    }

    byte[] name = query.nameWire();
    System.arraycopy(name, 0, in, Header.LENGTH_BYTES, name.length);
    int questionEnd = Header.LENGTH_BYTES + name.length + 4;
    int end = walk(questionEnd, name);
    boolean truncated = (flags & Header.TC) != 0;
    if (end < 0) {
      // Some servers cut within a record when they set TC.
      return truncated
          ? new UpstreamReply.Truncated(errorOnly(flags))
          : new UpstreamReply.Unusable("malformed");
    }
    if (extendedRcode != 0) {
      return new UpstreamReply.Unusable(Rcode.name(extendedRcode << 4 | rcode));
    }
    byte[] message = withoutOpt(end);
    if (message == null) {
      return new UpstreamReply.Unusable("malformed");
    }
    if (edns && optStart < 0 && maySayNoEdns(rcode)) {
      return new UpstreamReply.EdnsRefused(message, rcode);
    }
    return truncated
        ? new UpstreamReply.Truncated(message)
        : new UpstreamReply.Answered(
            message, rcode, rcode == Rcode.NOERROR && Bytes.u16(in, Header.ANCOUNT) == 0);
  }

  private static boolean maySayNoEdns(int rcode) {
    return rcode == Rcode.FORMERR || rcode == Rcode.NOTIMP;
  }

  private boolean questionMatches() {
    byte[] name = query.nameWire();
    int end = Header.LENGTH_BYTES + name.length;
    return length >= end + 4
        && sameName(Header.LENGTH_BYTES, name)
        && Bytes.u16(in, end) == query.type()
        && Bytes.u16(in, end + 2) == query.queryClass();
  }

  private boolean sameName(int offset, byte[] name) {
    if (offset + name.length > length) {
      return false;
    }
    for (int i = 0; i < name.length; i++) {
      if (DomainName.fold(in[offset + i]) != DomainName.fold(name[i])) {
        return false;
      }
    }
    return true;
  }

  /** The position behind the last record, or -1. */
  private int walk(int start, byte[] name) {
    int position = start;
    int ahead = Bytes.u16(in, Header.ANCOUNT) + Bytes.u16(in, Header.NSCOUNT);
    int records = ahead + Bytes.u16(in, Header.ARCOUNT);
    for (int i = 0; i < records; i++) {
      int fixed = nameEnd(position, length);
      if (fixed < 0 || fixed + 10 > length) {
        return -1;
      }
      int dataStart = fixed + 10;
      int dataEnd = dataStart + Bytes.u16(in, fixed + 8);
      if (dataEnd > length) {
        return -1;
      }
      int type = Bytes.u16(in, fixed);
      if (type == RecordTypes.OPT) {
        if (i < ahead || optStart >= 0 || fixed != position + 1) {
          return -1;
        }
        optStart = position;
        optEnd = dataEnd;
        extendedRcode = in[fixed + 4] & 0xff;
      } else if (!dataReadable(type, dataStart, dataEnd)) {
        return -1;
      }
      if (fixed - position == name.length && sameName(position, name)) {
        // Spelled out rather than pointed at: it would show the client our random case.
        System.arraycopy(name, 0, in, position, name.length);
      }
      position = dataEnd;
    }
    return position;
  }

  private boolean dataReadable(int type, int start, int end) {
    return switch (type) {
      case RecordTypes.A -> end - start == 4;
      case RecordTypes.AAAA -> end - start == 16;
      case RecordTypes.CNAME, RecordTypes.NS, RecordTypes.PTR, RecordTypes.DNAME ->
          nameEnd(start, end) == end;
      case RecordTypes.MX -> end - start > 2 && nameEnd(start + 2, end) == end;
      case RecordTypes.SRV -> end - start > 6 && nameEnd(start + 6, end) == end;
      case RecordTypes.SOA -> {
        int mailbox = nameEnd(start, end);
        yield mailbox >= 0 && nameEnd(mailbox, end) == end - 20;
      }
      default -> true;
    };
  }

  /** The position behind the name that stands here, or -1 when it cannot be read. */
  private int nameEnd(int start, int end) {
    int position = start;
    int lowest = start;
    int nameBytes = 0;
    int after = -1;
    while (position < end) {
      int b = in[position] & 0xff;
      if (b >= 0xc0) {
        if (position + 2 > end) {
          return -1;
        }
        int target = Bytes.u16(in, position) & 0x3fff;
        // Only backwards: so there is no loop (RFC 1035 section 4.1.4, "a prior occurrence").
        if (target >= lowest || target < Header.LENGTH_BYTES) {
          return -1;
        }
        if (after < 0) {
          after = position + 2;
        }
        position = target;
        lowest = target;
        continue;
      }
      nameBytes += 1 + b;
      if (b > DomainName.LABEL_BYTES_MAX || nameBytes > DomainName.BYTES_MAX) {
        return -1;
      }
      position += 1 + b;
      if (b == 0) {
        return after < 0 ? position : after;
      }
    }
    return -1;
  }

  private byte @Nullable [] withoutOpt(int end) {
    if (optStart < 0) {
      return Arrays.copyOf(in, end);
    }
    if (optEnd == end) {
      byte[] message = Arrays.copyOf(in, optStart);
      Bytes.u16(message, Header.ARCOUNT, Bytes.u16(in, Header.ARCOUNT) - 1);
      return message;
    }
    // Names behind it may be pointed at, so it cannot just be cut out. No server we know does this.
    Message parsed = Message.read(in, end);
    return parsed == null ? null : parsed.withEdns(null).toWire(0xffff);
  }

  /** Header and question alone. */
  private byte[] errorOnly(int flags) {
    byte[] name = query.nameWire();
    byte[] message = new byte[Header.LENGTH_BYTES + name.length + 4];
    Bytes.u16(message, Header.FLAGS, flags);
    Bytes.u16(message, Header.QDCOUNT, 1);
    System.arraycopy(name, 0, message, Header.LENGTH_BYTES, name.length);
    int end = Header.LENGTH_BYTES + name.length;
    Bytes.u16(message, end, query.type());
    Bytes.u16(message, end + 2, query.queryClass());
    return message;
  }
}

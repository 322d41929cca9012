package dev.byname.rdata;

import dev.byname.rdata.Rdata.AddressRdata;
import dev.byname.rdata.Rdata.MxRdata;
import dev.byname.rdata.Rdata.NameRdata;
import dev.byname.rdata.Rdata.OpaqueRdata;
import dev.byname.rdata.Rdata.SoaRdata;
import dev.byname.rdata.Rdata.SrvRdata;
import dev.byname.rdata.Rdata.TxtRdata;
import dev.byname.wire.Bytes;
import dev.byname.wire.DomainName;
import dev.byname.wire.RecordTypes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of a message one after the other; an OPT record goes to {@link #edns} instead.
 */
final class RecordReader {
  private final byte[] wire;
  private final int end;
  private int position;

  @Nullable ResourceRecord record;
  @Nullable Edns edns;
  int extendedRcode;

  RecordReader(byte[] wire, int position, int end) {
    this.wire = wire;
    this.position = position;
    this.end = end;
  }

  /** False when the record is malformed. {@link #record} is null after an OPT record. */
  boolean next(boolean additionalSection) {
    record = null;
    DomainName owner = DomainName.read(wire, position, end);
    int nameSize = DomainName.sizeAt(wire, position, end);
    if (owner == null || nameSize < 0 || position + nameSize + 10 > end) {
      return false;
    }
    int at = position + nameSize;
    int type = Bytes.u16(wire, at);
    int dataLength = Bytes.u16(wire, at + 8);
    int dataAt = at + 10;
    position = dataAt + dataLength;
    if (position > end) {
      return false;
    }
    if (type == RecordTypes.OPT) {
      return additionalSection && edns == null && readOpt(at, dataAt, dataLength);
    }
    Rdata data = readData(type, dataAt, dataLength);
    if (data == null) {
      return false;
    }
    // The upper bit is no part of the TTL; a value that has it counts as zero (RFC 2181 section 8).
    long ttlSeconds = Math.max(0, Bytes.i32(wire, at + 4));
    record =
        new ResourceRecord(owner, RecordType.of(type), Bytes.u16(wire, at + 2), ttlSeconds, data);
    return true;
  }

  boolean atEnd() {
    return position == end;
  }

  private boolean readOpt(int at, int dataAt, int dataLength) {
    List<Edns.Option> options = new ArrayList<>();
    int option = dataAt;
    while (option < position) {
      if (option + 4 > position || option + 4 + Bytes.u16(wire, option + 2) > position) {
        return false;
      }
      int length = Bytes.u16(wire, option + 2);
      options.add(
          new Edns.Option(
              Bytes.u16(wire, option), Arrays.copyOfRange(wire, option + 4, option + 4 + length)));
      option += 4 + length;
    }
    extendedRcode = wire[at + 4] & 0xff;
    edns = new Edns(Bytes.u16(wire, at + 2), wire[at + 5] & 0xff, wire[at + 6] < 0, options);
    return option == dataAt + dataLength;
  }

  private @Nullable Rdata readData(int type, int at, int length) {
    int dataEnd = at + length;
    return switch (type) {
      case RecordTypes.A -> length == 4 ? new AddressRdata(copy(at, length)) : null;
      case RecordTypes.AAAA -> length == 16 ? new AddressRdata(copy(at, length)) : null;
      case RecordTypes.CNAME, RecordTypes.NS, RecordTypes.PTR, RecordTypes.DNAME -> {
        DomainName target = nameEndingAt(at, dataEnd);
        yield target == null ? null : new NameRdata(target, type != RecordTypes.DNAME);
      }
      case RecordTypes.MX -> {
        DomainName exchange = length < 3 ? null : nameEndingAt(at + 2, dataEnd);
        yield exchange == null ? null : new MxRdata(Bytes.u16(wire, at), exchange);
      }
      case RecordTypes.SRV -> {
        DomainName target = length < 7 ? null : nameEndingAt(at + 6, dataEnd);
        yield target == null
            ? null
            : new SrvRdata(
                Bytes.u16(wire, at), Bytes.u16(wire, at + 2), Bytes.u16(wire, at + 4), target);
      }
      case RecordTypes.SOA -> readSoa(at, dataEnd);
      case RecordTypes.TXT -> readTxt(at, dataEnd);
      default -> new OpaqueRdata(copy(at, length));
    };
  }

  private @Nullable Rdata readSoa(int at, int dataEnd) {
    DomainName primary = DomainName.read(wire, at, dataEnd);
    if (primary == null) {
      return null;
    }
    int mailboxAt = at + DomainName.sizeAt(wire, at, dataEnd);
    DomainName mailbox = DomainName.read(wire, mailboxAt, dataEnd);
    if (mailbox == null) {
      return null;
    }
    int numbers = mailboxAt + DomainName.sizeAt(wire, mailboxAt, dataEnd);
    if (numbers + 20 != dataEnd) {
      return null;
    }
    return new SoaRdata(
        primary,
        mailbox,
        Bytes.u32(wire, numbers),
        Bytes.u32(wire, numbers + 4),
        Bytes.u32(wire, numbers + 8),
        Bytes.u32(wire, numbers + 12),
        Bytes.u32(wire, numbers + 16));
  }

  private @Nullable Rdata readTxt(int at, int dataEnd) {
    List<String> strings = new ArrayList<>();
    while (at < dataEnd) {
      int length = wire[at] & 0xff;
      if (at + 1 + length > dataEnd) {
        return null;
      }
      strings.add(new String(wire, at + 1, length, StandardCharsets.ISO_8859_1));
      at += 1 + length;
    }
    return strings.isEmpty() ? null : new TxtRdata(strings);
  }

  private @Nullable DomainName nameEndingAt(int at, int dataEnd) {
    DomainName name = DomainName.read(wire, at, dataEnd);
    return name != null && at + DomainName.sizeAt(wire, at, dataEnd) == dataEnd ? name : null;
  }

  private byte[] copy(int at, int length) {
    return Arrays.copyOfRange(wire, at, at + length);
  }
}

package dev.byname.rdata;

import dev.byname.wire.DomainName;
import dev.byname.wire.MessageWriter;
import dev.byname.wire.RecordTypes;
import org.jspecify.annotations.Nullable;

/**
 * A resource record (RFC 1035 section 4.1.3). {@code toString} prints it as dig does.
 *
 * @param recordClass IN almost always
 * @param ttlSeconds 0–2147483647 (RFC 2181 section 8)
 */
public record ResourceRecord(
    DomainName owner, RecordType type, int recordClass, long ttlSeconds, Rdata data) {

  /** A record of class IN. */
  public static ResourceRecord in(DomainName owner, RecordType type, long ttlSeconds, Rdata data) {
    return new ResourceRecord(owner, type, RecordTypes.CLASS_IN, ttlSeconds, data);
  }

  /**
   * Reads one record as it travels, with nothing behind it.
   *
   * @return null when it is malformed
   */
  public static @Nullable ResourceRecord read(byte[] wire) {
    var reader = new RecordReader(wire, 0, wire.length);
    return reader.next(false) && reader.atEnd() ? reader.record : null;
  }

  public ResourceRecord withTtl(long newTtlSeconds) {
    return new ResourceRecord(owner, type, recordClass, newTtlSeconds, data);
  }

  public ResourceRecord withOwner(DomainName newOwner) {
    return new ResourceRecord(newOwner, type, recordClass, ttlSeconds, data);
  }

  public ResourceRecord withData(Rdata newData) {
    return new ResourceRecord(owner, type, recordClass, ttlSeconds, newData);
  }

  public void writeTo(MessageWriter out) {
    out.name(owner);
    out.u16(type.value());
    out.u16(recordClass);
    out.i32((int) ttlSeconds);
    int lengthAt = out.position();
    out.u16(0);
    data.writeTo(out);
    out.u16At(lengthAt, out.position() - lengthAt - 2);
  }

  @Override
  public String toString() {
    String className =
        switch (recordClass) {
          case RecordTypes.CLASS_IN -> "IN";
          case RecordTypes.CLASS_CH -> "CH";
          default -> "CLASS" + recordClass;
        };
    return owner + " " + ttlSeconds + " " + className + " " + type + " " + data;
  }
}

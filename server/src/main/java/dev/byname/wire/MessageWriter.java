package dev.byname.wire;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes a message into a growing buffer and compresses names (RFC 1035 section 4.1.4). For
 * everything off the hot path: transfers, errors, answers put together by plugins.
 */
public final class MessageWriter {
  private static final int POINTER_TARGET_MAX = 0x3fff;

  private byte[] out;
  private int position;
  private final Map<DomainName, Integer> written = new HashMap<>();

  public MessageWriter() {
    this(512);
  }

  public MessageWriter(int sizeBytes) {
    out = new byte[sizeBytes];
  }

  public int position() {
    return position;
  }

  public byte[] toByteArray() {
    return Arrays.copyOf(out, position);
  }

  /** Goes back to {@code position}, forgetting what was written behind it. */
  public void truncate(int newPosition) {
    position = newPosition;
    written.values().removeIf(offset -> offset >= newPosition);
  }

  public void u8(int value) {
    ensure(1);
    out[position++] = (byte) value;
  }

  public void u16(int value) {
    ensure(2);
    Bytes.u16(out, position, value);
    position += 2;
  }

  public void i32(int value) {
    ensure(4);
    Bytes.i32(out, position, value);
    position += 4;
  }

  public void bytes(byte[] source) {
    bytes(source, 0, source.length);
  }

  public void bytes(byte[] source, int offset, int length) {
    ensure(length);
    System.arraycopy(source, offset, out, position, length);
    position += length;
  }

  /** Overwrites the 16 bits at {@code offset}: a count or length known only later. */
  public void u16At(int offset, int value) {
    Bytes.u16(out, offset, value);
  }

  /** An owner name, or a name in the RDATA of a type of RFC 1035: its tail may become a pointer. */
  public void name(DomainName name) {
    DomainName rest = name;
    while (rest.lengthBytes() > 1) {
      Integer target = written.get(rest);
      // A pointer may only stand for the same bytes: 0x20-style case must survive (RFC 4343 section
      // 4).
      if (target != null && sameCase(rest, target)) {
        u16(0xc000 | target);
        return;
      }
      if (target == null && position <= POINTER_TARGET_MAX) {
        written.put(rest, position);
      }
      int label = rest.byteAt(0);
      ensure(1 + label);
      for (int i = 0; i <= label; i++) {
        out[position++] = rest.byteAt(i);
      }
      rest = rest.withoutFirst(1);
    }
    u8(0);
  }

  /** A name in RDATA that must not be compressed (RFC 3597 section 4). */
  public void nameUncompressed(DomainName name) {
    ensure(name.lengthBytes());
    position = name.writeTo(out, position);
  }

  private boolean sameCase(DomainName name, int target) {
    DomainName there = DomainName.read(out, target, position);
    return there != null && Arrays.equals(there.toWire(), name.toWire());
  }

  private void ensure(int more) {
    if (position + more > out.length) {
      out = Arrays.copyOf(out, Math.max(out.length * 2, position + more));
    }
  }
}

package dev.byname.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A fully qualified domain name, kept as it travels (RFC 1035 section 3.1): length-prefixed labels
 * ending with the root's zero byte. The case is kept; equality and hash ignore it (RFC 4343).
 *
 * <p>At most 255 bytes, each label 1–63 bytes. Immutable. The hot path compares bytes in place and
 * makes none of these.
 */
public final class DomainName implements Comparable<DomainName> {
  public static final int BYTES_MAX = 255;
  public static final int LABEL_BYTES_MAX = 63;
  public static final DomainName ROOT = new DomainName(new byte[1]);

  private final byte[] wire;
  private int hash;

  private DomainName(byte[] wire) {
    this.wire = wire;
  }

  /**
   * Reads the presentation format (RFC 1035 section 5.1): labels between dots, {@code \.} and
   * {@code \DDD} escapes, a final dot or none; {@code "."} is the root.
   *
   * @throws IllegalArgumentException with what is wrong; for text of strangers use {@link #parse}
   */
  public static DomainName of(String text) {
    DomainName name = parse(text);
    if (name == null) {
      throw new IllegalArgumentException(
          "not a domain name (labels of 1-63 bytes, 255 in all): " + text);
    }
    return name;
  }

  /** As {@link #of}, with null for what is no domain name. */
  public static @Nullable DomainName parse(String text) {
    if (text.equals(".")) {
      return ROOT;
    }
    byte[] in = text.getBytes(StandardCharsets.UTF_8);
    byte[] out = new byte[BYTES_MAX];
    int length = 0; // of the finished labels
    int label = 0; // bytes of the label being read
    int i = 0;
    while (i < in.length) {
      int b = in[i++] & 0xff;
      if (b == '.') {
        if (label == 0) {
          return null;
        }
        out[length] = (byte) label;
        length += 1 + label;
        label = 0;
        continue;
      }
      if (b == '\\') {
        if (i == in.length) {
          return null;
        }
        b = in[i++] & 0xff;
        if (b >= '0' && b <= '9') {
          if (i + 2 > in.length || !isDigit(in[i]) || !isDigit(in[i + 1])) {
            return null;
          }
          b = (b - '0') * 100 + (in[i] - '0') * 10 + (in[i + 1] - '0');
          i += 2;
          if (b > 255) {
            return null;
          }
        }
      }
      if (label == LABEL_BYTES_MAX || length + 1 + label + 1 >= BYTES_MAX) {
        return null;
      }
      out[length + 1 + label++] = (byte) b;
    }
    if (label > 0) {
      out[length] = (byte) label;
      length += 1 + label;
    }
    return length == 0 ? null : new DomainName(Arrays.copyOf(out, length + 1));
  }

  /** Copies an uncompressed name of a message; the caller has checked that it is well formed. */
  public static DomainName ofWire(byte[] message, int offset, int length) {
    return length == 1
        ? ROOT
        : new DomainName(Arrays.copyOfRange(message, offset, offset + length));
  }

  /**
   * The name below in-addr.arpa (RFC 1035 section 3.5) or ip6.arpa (RFC 3596 section 2.5).
   *
   * @param address 4 or 16 bytes in network order
   */
  public static DomainName ofReverse(byte[] address) {
    var text = new StringBuilder(74);
    for (int i = address.length - 1; i >= 0; i--) {
      int b = address[i] & 0xff;
      if (address.length == 4) {
        text.append(b).append('.');
      } else {
        text.append(Integer.toHexString(b & 15)).append('.');
        text.append(Integer.toHexString(b >>> 4)).append('.');
      }
    }
    return of(text.append(address.length == 4 ? "in-addr.arpa." : "ip6.arpa.").toString());
  }

  /**
   * Reads a possibly compressed name. Pointers must go backwards, so a loop cannot exist.
   *
   * @return null when the name is malformed or leaves {@code message[0, end)}
   */
  public static @Nullable DomainName read(byte[] message, int offset, int end) {
    byte[] out = new byte[BYTES_MAX];
    int length = 0;
    int position = offset;
    int lowest = offset;
    while (true) {
      if (position >= end) {
        return null;
      }
      int b = message[position] & 0xff;
      if (b >= 0xc0) {
        if (position + 1 >= end) {
          return null;
        }
        int target = (b & 0x3f) << 8 | (message[position + 1] & 0xff);
        if (target >= lowest) {
          return null;
        }
        position = target;
        lowest = target;
        continue;
      }
      if (b > LABEL_BYTES_MAX
          || position + 1 + b > end
          || length + 1 + b + (b == 0 ? 0 : 1) > BYTES_MAX) {
        return null;
      }
      System.arraycopy(message, position, out, length, 1 + b);
      length += 1 + b;
      position += 1 + b;
      if (b == 0) {
        return length == 1 ? ROOT : new DomainName(Arrays.copyOf(out, length));
      }
    }
  }

  /**
   * How many bytes the name occupies where it stands: up to its zero byte or its first pointer.
   *
   * @return -1 when it leaves {@code message[0, end)} or has a label type other than plain
   */
  public static int sizeAt(byte[] message, int offset, int end) {
    int position = offset;
    while (position < end) {
      int b = message[position] & 0xff;
      if (b >= 0xc0) {
        return position + 2 <= end ? position + 2 - offset : -1;
      }
      if (b > LABEL_BYTES_MAX) {
        return -1;
      }
      position += 1 + b;
      if (b == 0) {
        return position <= end ? position - offset : -1;
      }
    }
    return -1;
  }

  /** A copy of the name as it travels, the root's zero byte included. */
  public byte[] toWire() {
    return wire.clone();
  }

  public int lengthBytes() {
    return wire.length;
  }

  /** Copies the name, uncompressed, and returns the position behind it. */
  public int writeTo(byte[] target, int offset) {
    System.arraycopy(wire, 0, target, offset, wire.length);
    return offset + wire.length;
  }

  byte byteAt(int index) {
    return wire[index];
  }

  /** Labels without the root: 0 for ".". */
  public int labelCount() {
    int count = 0;
    for (int i = 0; wire[i] != 0; i += 1 + wire[i]) {
      count++;
    }
    return count;
  }

  /**
   * The label as text, escaped where it has other than printable bytes; index 0 is the leftmost.
   */
  public String label(int index) {
    int offset = offsetOf(index);
    var text = new StringBuilder();
    appendLabel(text, offset);
    return text.toString();
  }

  /** The name without its leftmost {@code count} labels. */
  public DomainName withoutFirst(int count) {
    int offset = offsetOf(count);
    return offset == 0 ? this : ofWire(wire, offset, wire.length - offset);
  }

  /** The leftmost {@code count} labels as a name of their own: {@code www} of a name in a zone. */
  public DomainName firstLabels(int count) {
    int offset = offsetOf(count);
    return new DomainName(Arrays.copyOf(Arrays.copyOf(wire, offset), offset + 1));
  }

  /** True for the name itself and for every name below it. */
  public boolean isSubdomainOf(DomainName ancestor) {
    int extra = labelCount() - ancestor.labelCount();
    if (extra < 0) {
      return false;
    }
    int offset = offsetOf(extra);
    if (wire.length - offset != ancestor.wire.length) {
      return false;
    }
    for (int i = 0; i < ancestor.wire.length; i++) {
      if (fold(wire[offset + i]) != fold(ancestor.wire[i])) {
        return false;
      }
    }
    return true;
  }

  /**
   * This name's labels in front of the other's: {@code www} + {@code example.org.}; this must not
   * be the root alone.
   *
   * @return null when the result would be longer than 255 bytes
   */
  public @Nullable DomainName concat(DomainName suffix) {
    int length = wire.length - 1 + suffix.wire.length;
    if (length > BYTES_MAX) {
      return null;
    }
    byte[] joined = Arrays.copyOf(wire, length);
    System.arraycopy(suffix.wire, 0, joined, wire.length - 1, suffix.wire.length);
    return new DomainName(joined);
  }

  /** The same name in lower case. */
  public DomainName toLowerCase() {
    byte[] lower = new byte[wire.length];
    for (int i = 0; i < wire.length; i++) {
      lower[i] = fold(wire[i]);
    }
    return new DomainName(lower);
  }

  /**
   * ASCII lower case. Length bytes are below 64 and so pass unchanged, which lets whole names be
   * folded at once.
   */
  public static byte fold(byte b) {
    return b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
  }

  /**
   * Presentation format with the final dot; bytes that need it are escaped (RFC 4343 section 2.1).
   */
  @Override
  public String toString() {
    if (wire.length == 1) {
      return ".";
    }
    var text = new StringBuilder(wire.length);
    for (int i = 0; wire[i] != 0; i += 1 + wire[i]) {
      appendLabel(text, i);
      text.append('.');
    }
    return text.toString();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    if (this == other) {
      return true;
    }
    if (!(other instanceof DomainName that) || wire.length != that.wire.length) {
      return false;
    }
    for (int i = 0; i < wire.length; i++) {
      if (fold(wire[i]) != fold(that.wire[i])) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int hashCode() {
    int h = hash;
    if (h == 0) {
      h = 1;
      for (byte b : wire) {
        h = 31 * h + fold(b);
      }
      hash = h;
    }
    return h;
  }

  /** Canonical order (RFC 4034 section 6.1): by labels from the right, each as lower-case bytes. */
  @Override
  public int compareTo(DomainName other) {
    int mine = labelCount();
    int theirs = other.labelCount();
    for (int i = 1; i <= Math.min(mine, theirs); i++) {
      int a = offsetOf(mine - i);
      int b = other.offsetOf(theirs - i);
      int common = Math.min(wire[a], other.wire[b]);
      for (int k = 1; k <= common; k++) {
        int difference = (fold(wire[a + k]) & 0xff) - (fold(other.wire[b + k]) & 0xff);
        if (difference != 0) {
          return difference;
        }
      }
      if (wire[a] != other.wire[b]) {
        return wire[a] - other.wire[b];
      }
    }
    return mine - theirs;
  }

  private int offsetOf(int label) {
    int offset = 0;
    for (int i = 0; i < label; i++) {
      if (wire[offset] == 0) {
        throw new IndexOutOfBoundsException("label " + label + " of " + this);
      }
      offset += 1 + wire[offset];
    }
    return offset;
  }

  private void appendLabel(StringBuilder text, int offset) {
    for (int i = 1; i <= wire[offset]; i++) {
      int b = wire[offset + i] & 0xff;
      if (b == '.' || b == '\\' || b == '"' || b == ';' || b == '(' || b == ')' || b == '@'
          || b == '$') {
        text.append('\\').append((char) b);
      } else if (b > ' ' && b < 127) {
        text.append((char) b);
      } else {
        text.append('\\')
            .append((char) ('0' + b / 100))
            .append((char) ('0' + b / 10 % 10))
            .append((char) ('0' + b % 10));
      }
    }
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }
}

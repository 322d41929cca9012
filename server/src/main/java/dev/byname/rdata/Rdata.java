package dev.byname.rdata;

import dev.byname.wire.DomainName;
import dev.byname.wire.MessageWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The data of a record. {@code toString} is the presentation format, as dig prints it. */
public sealed interface Rdata {
  /** Writes the data without its length. */
  void writeTo(MessageWriter out);

  /**
   * An A or AAAA record's address.
   *
   * @param bytes 4 or 16
   */
  @SuppressWarnings("ArrayRecordComponent")
  record AddressRdata(byte[] bytes) implements Rdata {
    @Override
    public void writeTo(MessageWriter out) {
      out.bytes(bytes);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof AddressRdata that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
      return AddressText.of(bytes);
    }
  }

  /** CNAME, NS, PTR (RFC 1035) and DNAME (RFC 6672), whose data is one name. */
  record NameRdata(DomainName target, boolean compressible) implements Rdata {
    @Override
    public void writeTo(MessageWriter out) {
      if (compressible) {
        out.name(target);
      } else {
        out.nameUncompressed(target);
      }
    }

    @Override
    public String toString() {
      return target.toString();
    }
  }

  /** RFC 1035 section 3.3.13; times in seconds. */
  record SoaRdata(
      DomainName primaryServer,
      DomainName mailbox,
      long serial,
      long refreshSeconds,
      long retrySeconds,
      long expireSeconds,
      long minimumSeconds)
      implements Rdata {
    @Override
    public void writeTo(MessageWriter out) {
      out.name(primaryServer);
      out.name(mailbox);
      out.i32((int) serial);
      out.i32((int) refreshSeconds);
      out.i32((int) retrySeconds);
      out.i32((int) expireSeconds);
      out.i32((int) minimumSeconds);
    }

    @Override
    public String toString() {
      return primaryServer
          + " "
          + mailbox
          + " "
          + serial
          + " "
          + refreshSeconds
          + " "
          + retrySeconds
          + " "
          + expireSeconds
          + " "
          + minimumSeconds;
    }
  }

  /** RFC 1035 section 3.3.9. */
  record MxRdata(int preference, DomainName exchange) implements Rdata {
    @Override
    public void writeTo(MessageWriter out) {
      out.u16(preference);
      out.name(exchange);
    }

    @Override
    public String toString() {
      return preference + " " + exchange;
    }
  }

  /** RFC 2782; the target is never compressed. */
  record SrvRdata(int priority, int weight, int port, DomainName target) implements Rdata {
    @Override
    public void writeTo(MessageWriter out) {
      out.u16(priority);
      out.u16(weight);
      out.u16(port);
      out.nameUncompressed(target);
    }

    @Override
    public String toString() {
      return priority + " " + weight + " " + port + " " + target;
    }
  }

  /** RFC 1035 section 3.3.14: one or more strings of at most 255 bytes, kept as Latin-1 text. */
  record TxtRdata(List<String> strings) implements Rdata {
    public TxtRdata {
      strings = List.copyOf(strings);
    }

    @Override
    public void writeTo(MessageWriter out) {
      for (String string : strings) {
        byte[] bytes = string.getBytes(StandardCharsets.ISO_8859_1);
        out.u8(bytes.length);
        out.bytes(bytes);
      }
    }

    @Override
    public String toString() {
      var text = new StringBuilder();
      for (String string : strings) {
        text.append(text.isEmpty() ? "\"" : " \"");
        for (int i = 0; i < string.length(); i++) {
          char c = string.charAt(i);
          if (c == '"' || c == '\\') {
            text.append('\\').append(c);
          } else if (c >= ' ' && c < 127) {
            text.append(c);
          } else {
            text.append('\\').append("%03d".formatted((int) c));
          }
        }
        text.append('"');
      }
      return text.toString();
    }
  }

  /** Any other type: bytes without compressed names (RFC 3597). */
  @SuppressWarnings("ArrayRecordComponent")
  record OpaqueRdata(byte[] bytes) implements Rdata {
    @Override
    public void writeTo(MessageWriter out) {
      out.bytes(bytes);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof OpaqueRdata that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
      return "\\# "
          + bytes.length
          + (bytes.length == 0 ? "" : " " + HexFormat.of().withUpperCase().formatHex(bytes));
    }
  }
}

package dev.byname.plugin.rewrite;

import dev.byname.query.Request;
import dev.byname.rdata.Edns;
import dev.byname.wire.Bytes;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A change of one option of the query.
 *
 * @param code the option's
 * @param revert whether the client's view of the options stays as it was
 */
record EdnsEdit(Action action, int code, Data data, boolean revert) {
  /** What is done when the option is there, and when it is not. */
  enum Action {
    SET,
    APPEND,
    REPLACE,
    UNSET
  }

  /** Where the option's data comes from. */
  sealed interface Data {
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Fixed(byte[] bytes) implements Data {}

    /** {@code {qname}} and the like. */
    record Of(Variable variable) implements Data {}

    record Metadata(String label) implements Data {}

    record Subnet(int v4Bits, int v6Bits) implements Data {}
  }

  enum Variable {
    QNAME,
    QTYPE,
    CLIENT_IP,
    CLIENT_PORT,
    PROTOCOL,
    SERVER_IP,
    SERVER_PORT
  }

  /** Null when the rule does not apply. */
  @Nullable List<Edns.Option> apply(List<Edns.Option> options, Request request) {
    boolean there = options.stream().anyMatch(option -> option.code() == code);
    List<Edns.Option> changed = new ArrayList<>(options);
    if (action == Action.UNSET) {
      changed.removeIf(option -> option.code() == code);
      return changed;
    }
    byte[] bytes = bytes(request);
    if (bytes == null || (there ? action == Action.APPEND : action == Action.REPLACE)) {
      return null;
    }
    var option = new Edns.Option(code, bytes);
    if (there) {
      changed.replaceAll(old -> old.code() == code ? option : old);
    } else {
      changed.add(option);
    }
    return changed;
  }

  private byte @Nullable [] bytes(Request request) {
    return switch (data) {
      case Data.Fixed(byte[] bytes) -> bytes;
      case Data.Of(Variable variable) -> bytes(variable, request);
      case Data.Metadata(String label) -> {
        String value = request.metadata().get(label);
        yield value.isEmpty() ? null : value.getBytes(StandardCharsets.UTF_8);
      }
      case Data.Subnet(int v4Bits, int v6Bits) -> {
        byte[] address = request.client().remote().getAddress().getAddress();
        yield subnet(address, address.length == 4 ? v4Bits : v6Bits);
      }
    };
  }

  private static byte[] bytes(Variable variable, Request request) {
    return switch (variable) {
      case QNAME -> text(request.question().name().toString());
      case QTYPE -> u16(request.question().type().value());
      case CLIENT_IP -> address(request.client().remote().getAddress());
      case CLIENT_PORT -> u16(request.client().remote().getPort());
      case PROTOCOL -> text(request.client().transport().proto());
      case SERVER_IP -> address(request.client().local().getAddress());
      case SERVER_PORT -> u16(request.client().local().getPort());
    };
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] address(InetAddress address) {
    return address.getAddress();
  }

  private static byte[] u16(int value) {
    byte[] bytes = new byte[2];
    Bytes.u16(bytes, 0, value);
    return bytes;
  }

  /** RFC 7871 section 6: no more bytes than the prefix needs, the rest of the last one zero. */
  private static byte[] subnet(byte[] address, int bits) {
    byte[] data = new byte[4 + (bits + 7) / 8];
    Bytes.u16(data, 0, address.length == 4 ? 1 : 2);
    data[2] = (byte) bits;
    System.arraycopy(address, 0, data, 4, data.length - 4);
    if (bits % 8 != 0) {
      data[data.length - 1] &= (byte) (0xff << (8 - bits % 8));
    }
    return data;
  }

  /** As the Corefile says it, with the option's number. */
  @Override
  public String toString() {
    String value =
        switch (data) {
          case Data.Fixed(byte[] bytes) ->
              bytes.length == 0 ? "" : " 0x" + HexFormat.of().formatHex(bytes);
          case Data.Of(Variable variable) -> " {" + lower(variable) + "}";
          case Data.Metadata(String label) -> " {" + label + "}";
          case Data.Subnet(int v4Bits, int v6Bits) -> " " + v4Bits + " " + v6Bits;
        };
    return lower(action) + " option " + code + value + (revert ? " revert" : "");
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}

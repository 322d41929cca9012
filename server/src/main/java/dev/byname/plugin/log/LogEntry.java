package dev.byname.plugin.log;

import dev.byname.plugin.log.LogConfig.Outcome;
import dev.byname.query.Request;
import dev.byname.query.Responder;
import dev.byname.query.Response;
import dev.byname.wire.Bytes;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import dev.byname.wire.RecordTypes;
import java.util.Locale;
import java.util.StringJoiner;

/** A query and what came of it, as placeholders ask for it. */
@SuppressWarnings("ArrayRecordComponent") // read once, never compared
record LogEntry(Request request, byte[] message, int rcodeValue, long durationNanos) {

  static LogEntry of(Request request, Response response, long durationNanos) {
    return switch (response) {
      case Response.NoReply silence -> new LogEntry(request, new byte[0], -1, durationNanos);
      case Response.Transfer transfer -> new LogEntry(request, new byte[0], 0, durationNanos);
      case Response.Failure failure ->
          new LogEntry(request, Responder.encode(request, failure), failure.rcode(), durationNanos);
      case Response.Reply reply ->
          new LogEntry(
              request, Responder.encode(request, reply), reply.message().rcode(), durationNanos);
      case Response.Wire wire -> {
        byte[] message = Responder.encode(request, wire);
        yield new LogEntry(
            request, message, Bytes.u16(message, Header.FLAGS) & Header.RCODE_MASK, durationNanos);
      }
    };
  }

  Outcome outcome() {
    return switch (rcodeValue) {
      case Rcode.NXDOMAIN -> Outcome.DENIAL;
      case Rcode.NOERROR ->
          message.length > 0 && Bytes.u16(message, Header.ANCOUNT) == 0
              ? Outcome.DENIAL
              : Outcome.SUCCESS;
      default -> Outcome.ERROR;
    };
  }

  int responseBytes() {
    return message.length;
  }

  String rcode() {
    return rcodeValue < 0 ? "-" : Rcode.name(rcodeValue);
  }

  String className() {
    int queryClass = request.question().queryClass();
    return switch (queryClass) {
      case RecordTypes.CLASS_IN -> "IN";
      case RecordTypes.CLASS_CH -> "CH";
      default -> "CLASS" + queryClass;
    };
  }

  String remoteAddress() {
    return bracketed(request.client().remote().getAddress().getHostAddress());
  }

  String localAddress() {
    return bracketed(request.client().local().getAddress().getHostAddress());
  }

  private static String bracketed(String address) {
    return address.contains(":") ? "[" + address + "]" : address;
  }

  String bufferSize() {
    return Integer.toString(request.edns() == null ? 512 : request.edns().udpPayloadSizeBytes());
  }

  String flags() {
    if (message.length == 0) {
      return "-";
    }
    int flags = Bytes.u16(message, Header.FLAGS);
    var names = new StringJoiner(",");
    add(names, flags, Header.QR, "qr");
    add(names, flags, Header.AA, "aa");
    add(names, flags, Header.TC, "tc");
    add(names, flags, Header.RD, "rd");
    add(names, flags, Header.RA, "ra");
    add(names, flags, Header.AD, "ad");
    add(names, flags, Header.CD, "cd");
    return names.toString();
  }

  private static void add(StringJoiner names, int flags, int bit, String name) {
    if ((flags & bit) != 0) {
      names.add(name);
    }
  }

  String duration() {
    return String.format(Locale.ROOT, "%.9fs", durationNanos / 1e9);
  }
}

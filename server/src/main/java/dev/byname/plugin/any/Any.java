package dev.byname.plugin.any;

import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.rdata.Message;
import dev.byname.rdata.Rdata.OpaqueRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Answers ANY. */
final class Any implements Plugin {
  private static final int TTL_SECONDS = 8482;

  /** Two strings with their lengths in front (RFC 1035 section 3.3.2). */
  private static final OpaqueRdata OBSOLETED =
      new OpaqueRdata("\15ANY obsoleted\14See RFC 8482".getBytes(StandardCharsets.US_ASCII));

  @Override
  public String name() {
    return "any";
  }

  @Override
  public Step handle(Request request, Chain chain) {
    if (!request.question().type().equals(RecordType.ANY)) {
      return Step.next(request);
    }
    return Step.answer(
        new Response.Reply(
            new Message(
                request.id(),
                Header.QR | (request.flags() & (Header.RD | Header.CD)),
                Rcode.NOERROR,
                request.question(),
                List.of(
                    ResourceRecord.in(
                        request.question().name(), RecordType.HINFO, TTL_SECONDS, OBSOLETED)),
                List.of(),
                List.of(),
                null)));
  }
}

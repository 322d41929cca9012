package dev.byname.plugin.minimal;

import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Step;
import dev.byname.rdata.Message;
import dev.byname.rdata.RecordType;
import dev.byname.wire.Rcode;
import java.util.List;

/** Takes the authority and additional sections away from answers. */
final class Minimal implements Plugin {
  @Override
  public String name() {
    return "minimal";
  }

  @Override
  public Step handle(Request request, Chain chain) {
    return Step.next(request, response -> Step.answer(response.edit(Minimal::minimal)));
  }

  private static Message minimal(Message message) {
    return message.rcode() == Rcode.NOERROR && (!message.answer().isEmpty() || !refers(message))
        ? message.withSections(message.answer(), List.of(), List.of())
        : message;
  }

  /** Without an answer, an SOA denies (RFC 2308 section 2.2) and an NS refers elsewhere. */
  private static boolean refers(Message message) {
    return message.authority().stream()
        .anyMatch(
            record -> record.type().equals(RecordType.SOA) || record.type().equals(RecordType.NS));
  }
}

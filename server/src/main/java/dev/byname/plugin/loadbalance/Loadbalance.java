package dev.byname.plugin.loadbalance;

import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.rdata.Message;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.Bytes;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/** Shuffles A, AAAA and MX records; CNAMEs stay in front of what they lead to (as CoreDNS). */
final class Loadbalance implements Plugin {
  private final RandomGenerator random;

  Loadbalance(RandomGenerator random) {
    this.random = random;
  }

  @Override
  public String name() {
    return "loadbalance";
  }

  @Override
  public Step handle(Request request, Chain chain) {
    return Step.next(request, response -> Step.answer(shuffled(response)));
  }

  private Response shuffled(Response response) {
    Message message =
        switch (response) {
          case Response.Reply(Message reply) -> reply;
          case Response.Wire(byte[] wire) when Bytes.u16(wire, Header.ANCOUNT) > 1 ->
              Message.read(wire, wire.length);
          case Response.Wire single -> null;
          case Response.Failure failure -> null;
          case Response.Transfer transfer -> null;
          case Response.NoReply silence -> null;
        };
    if (message == null || message.rcode() != Rcode.NOERROR) {
      return response;
    }
    return new Response.Reply(
        message.withSections(
            shuffled(message.answer()), message.authority(), shuffled(message.additional())));
  }

  private List<ResourceRecord> shuffled(List<ResourceRecord> records) {
    List<ResourceRecord> cnames = new ArrayList<>();
    List<ResourceRecord> rest = new ArrayList<>();
    List<ResourceRecord> addresses = new ArrayList<>();
    List<ResourceRecord> exchanges = new ArrayList<>();
    for (ResourceRecord record : records) {
      RecordType type = record.type();
      if (type.equals(RecordType.CNAME)) {
        cnames.add(record);
      } else if (type.equals(RecordType.A) || type.equals(RecordType.AAAA)) {
        addresses.add(record);
      } else if (type.equals(RecordType.MX)) {
        exchanges.add(record);
      } else {
        rest.add(record);
      }
    }
    Collections.shuffle(addresses, random);
    Collections.shuffle(exchanges, random);
    cnames.addAll(rest);
    cnames.addAll(addresses);
    cnames.addAll(exchanges);
    return cnames;
  }
}

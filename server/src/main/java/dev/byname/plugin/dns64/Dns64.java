package dev.byname.plugin.dns64;

import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.rdata.Message;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.Rdata.AddressRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import dev.byname.wire.RecordTypes;
import java.util.List;

/** Makes AAAA records of A records where there are none (RFC 6147). */
final class Dns64 implements Plugin {
  /**
   * The longest TTL without an SOA that says how long there is no AAAA (RFC 6147 section 5.1.7).
   */
  private static final long TTL_MAX_SECONDS = 600;

  private final Dns64Config config;
  private final Dns64Observer observer;

  Dns64(Dns64Config config, Dns64Observer observer) {
    this.config = config;
    this.observer = observer;
  }

  @Override
  public String name() {
    return "dns64";
  }

  @Override
  public Step handle(Request request, Chain chain) {
    Question question = request.question();
    boolean concerned =
        question.type().equals(RecordType.AAAA)
            && question.queryClass() == RecordTypes.CLASS_IN
            && (config.allowIpv4() || request.client().family() == 2);
    return concerned
        ? Step.next(request, response -> translated(request, response, chain))
        : Step.next(request);
  }

  private Step translated(Request request, Response response, Chain chain) {
    Message without = response.read();
    if (without == null || without.rcode() == Rcode.NXDOMAIN || isGoodAsItIs(without)) {
      return Step.answer(response);
    }
    Question question = new Question(request.question().name(), RecordType.A, RecordTypes.CLASS_IN);
    return new Step.Pending(
        chain
            .server(request.asking(question))
            .thenApply(found -> {
              Message v4 = found.read();
              if (v4 == null) {
                return new Response.Failure(Rcode.SERVFAIL, "no answer for the A records");
              }
              observer.translated(chain.labels());
              return new Response.Reply(synthesized(request, without, v4));
            }));
  }

  private boolean isGoodAsItIs(Message message) {
    return !config.translateAll()
        && message.answer().stream().anyMatch(record -> record.type().equals(RecordType.AAAA));
  }

  /**
   * The answer for A as one for AAAA: other records, and the other sections, stay as they are (RFC
   * 6147 sections 5.3.2 and 5.3.3).
   *
   * @param without what there was for AAAA
   */
  private Message synthesized(Request request, Message without, Message v4) {
    long ttlMax =
        without.authority().stream()
            .filter(record -> record.type().equals(RecordType.SOA))
            .mapToLong(ResourceRecord::ttlSeconds)
            .reduce(TTL_MAX_SECONDS, (_, last) -> last);
    List<ResourceRecord> answer =
        v4.answer().stream()
            .map(record ->
                record.data() instanceof AddressRdata(byte[] bytes) && bytes.length == 4
                    ? new ResourceRecord(
                        record.owner(),
                        RecordType.AAAA,
                        record.recordClass(),
                        Math.min(record.ttlSeconds(), ttlMax),
                        new AddressRdata(embedded(bytes)))
                    : record)
            .toList();
    return new Message(
        request.id(),
        Header.QR | (request.flags() & (Header.RD | Header.CD)) | (v4.flags() & Header.TC),
        Rcode.NOERROR,
        request.question(),
        answer,
        v4.authority(),
        v4.additional(),
        null);
  }

  /** Behind the prefix, with the byte at index 8 left zero (RFC 6052 section 2.2). */
  private byte[] embedded(byte[] v4) {
    byte[] v6 = new byte[16];
    byte[] prefix = config.prefix().base().getAddress();
    int at = config.prefix().prefixLength() / 8;
    System.arraycopy(prefix, 0, v6, 0, at);
    for (byte b : v4) {
      if (at == 8) {
        at++;
      }
      v6[at++] = b;
    }
    return v6;
  }
}

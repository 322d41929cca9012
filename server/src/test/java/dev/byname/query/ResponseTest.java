package dev.byname.query;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.rdata.Edns;
import dev.byname.rdata.Message;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.Rdata.AddressRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import dev.byname.wire.RecordTypes;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResponseTest {
  private static final DomainName NAME = DomainName.of("example.org.");
  private static final Message MESSAGE =
      new Message(
          0,
          Header.QR,
          Rcode.NOERROR,
          new Question(NAME, RecordType.A, RecordTypes.CLASS_IN),
          List.of(
              ResourceRecord.in(
                  NAME, RecordType.A, 60, new AddressRdata(new byte[] {(byte) 192, 0, 2, 1}))),
          List.of(),
          List.of(),
          null);

  private static Message shorter(Message message) {
    return message.withAnswer(message.answer().stream().map(record -> record.withTtl(1)).toList());
  }

  @Test
  void anEditedMessageStaysCacheableOrNot() {
    Response wire = new Response.Wire(MESSAGE.toWire(512)).edit(ResponseTest::shorter);
    Response reply = new Response.Reply(MESSAGE).edit(ResponseTest::shorter);
    assertThat(wire).isInstanceOf(Response.Wire.class);
    assertThat(reply).isInstanceOf(Response.Reply.class);
    for (Response edited : List.of(wire, reply)) {
      assertThat(requireNonNull(edited.read()).answer())
          .extracting(Object::toString)
          .containsExactly("example.org. 1 IN A 192.0.2.1");
    }
  }

  @Test
  void aWireHasNoOptRecord() {
    Response wire =
        new Response.Wire(MESSAGE.toWire(512))
            .edit(message -> message.withEdns(new Edns(1232, false)));
    assertThat(requireNonNull(wire.read()).edns()).isNull();
  }

  @Test
  void whatHasNoMessageIsReturnedAsItIs() {
    for (Response response :
        List.of(
            new Response.Failure(Rcode.SERVFAIL, "why"),
            new Response.NoReply("why"),
            new Response.Wire(new byte[3]))) {
      assertThat(response.edit(_ -> MESSAGE)).isSameAs(response);
    }
  }
}

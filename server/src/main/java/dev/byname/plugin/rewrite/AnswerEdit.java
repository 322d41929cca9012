package dev.byname.plugin.rewrite;

import dev.byname.rdata.Message;
import dev.byname.rdata.Rdata;
import dev.byname.rdata.Rdata.AddressRdata;
import dev.byname.rdata.Rdata.MxRdata;
import dev.byname.rdata.Rdata.NameRdata;
import dev.byname.rdata.Rdata.OpaqueRdata;
import dev.byname.rdata.Rdata.SoaRdata;
import dev.byname.rdata.Rdata.SrvRdata;
import dev.byname.rdata.Rdata.TxtRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.DomainName;
import dev.byname.wire.Rcode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** A change of an answer. A name that would become no domain name stays as it is. */
sealed interface AnswerEdit {
  Message apply(Message message);

  /** Renames the owners of records. */
  record Owners(Renaming renaming) implements AnswerEdit {
    @Override
    public Message apply(Message message) {
      return eachRecord(message, record -> record.withOwner(renamed(record.owner(), renaming)));
    }
  }

  /** Renames what records point to. */
  record Values(Renaming renaming) implements AnswerEdit {
    @Override
    public Message apply(Message message) {
      return eachRecord(message, record -> withTarget(record, name -> renamed(name, renaming)));
    }
  }

  /** Puts a name, and names below it, back to what the client asked for, in its spelling. */
  record Back(DomainName from, DomainName to) implements AnswerEdit {
    @Override
    public Message apply(Message message) {
      return eachRecord(
          message,
          record -> withTarget(record.withOwner(restored(record.owner())), this::restored));
    }

    private DomainName restored(DomainName name) {
      if (!name.isSubdomainOf(from)) {
        return name;
      }
      int below = name.labelCount() - from.labelCount();
      DomainName back = below == 0 ? to : name.firstLabels(below).concat(to);
      return back == null ? name : back;
    }
  }

  /** Keeps the TTL of all records within bounds. */
  record Ttl(long minSeconds, long maxSeconds) implements AnswerEdit {
    @Override
    public Message apply(Message message) {
      return eachRecord(
          message,
          record -> record.withTtl(Math.clamp(record.ttlSeconds(), minSeconds, maxSeconds)));
    }

    @Override
    public String toString() {
      return "TTL " + (minSeconds == maxSeconds ? minSeconds : minSeconds + " to " + maxSeconds);
    }
  }

  record ResponseCode(int from, int to) implements AnswerEdit {
    @Override
    public Message apply(Message message) {
      return message.withRcode(apply(message.rcode()));
    }

    int apply(int rcode) {
      return rcode == from ? to : rcode;
    }

    @Override
    public String toString() {
      return Rcode.name(to) + " instead of " + Rcode.name(from);
    }
  }

  private static Message eachRecord(Message message, UnaryOperator<ResourceRecord> edit) {
    return message.withSections(
        each(message.answer(), edit),
        each(message.authority(), edit),
        each(message.additional(), edit));
  }

  private static List<ResourceRecord> each(
      List<ResourceRecord> records, UnaryOperator<ResourceRecord> edit) {
    return records.stream().map(edit).toList();
  }

  private static DomainName renamed(DomainName name, Renaming renaming) {
    String text = renaming.apply(name.toString().toLowerCase(Locale.ROOT));
    DomainName renamed = text == null ? null : DomainName.parse(text);
    return renamed == null ? name : renamed;
  }

  private static ResourceRecord withTarget(ResourceRecord record, UnaryOperator<DomainName> edit) {
    Rdata data =
        switch (record.data()) {
          case NameRdata(DomainName target, boolean compressible) ->
              new NameRdata(edit.apply(target), compressible);
          case MxRdata(int preference, DomainName exchange) ->
              new MxRdata(preference, edit.apply(exchange));
          case SrvRdata srv ->
              new SrvRdata(srv.priority(), srv.weight(), srv.port(), edit.apply(srv.target()));
          case SoaRdata soa ->
              new SoaRdata(
                  edit.apply(soa.primaryServer()),
                  soa.mailbox(),
                  soa.serial(),
                  soa.refreshSeconds(),
                  soa.retrySeconds(),
                  soa.expireSeconds(),
                  soa.minimumSeconds());
          case OpaqueRdata opaque ->
              record.type().equals(RecordType.NAPTR) ? naptr(opaque, edit) : opaque;
          case AddressRdata address -> address;
          case TxtRdata text -> text;
        };
    return record.withData(data);
  }

  /** The name at the end, behind two numbers and three strings (RFC 3403 section 4.1). */
  private static OpaqueRdata naptr(OpaqueRdata opaque, UnaryOperator<DomainName> edit) {
    byte[] bytes = opaque.bytes();
    int at = 4;
    for (int i = 0; i < 3 && at < bytes.length; i++) {
      at += 1 + (bytes[at] & 0xff);
    }
    DomainName replacement = DomainName.read(bytes, at, bytes.length);
    if (replacement == null) {
      return opaque;
    }
    DomainName renamed = edit.apply(replacement);
    byte[] edited = Arrays.copyOf(bytes, at + renamed.lengthBytes());
    renamed.writeTo(edited, at);
    return new OpaqueRdata(edited);
  }
}

package dev.byname.rdata;

import dev.byname.wire.Bytes;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.MessageWriter;
import dev.byname.wire.Rcode;
import dev.byname.wire.RecordTypes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A whole message as values: what plugins put together, what comes back from upstreams when
 * somebody must look inside.
 *
 * @param flags the 16 bits behind the id, without the rcode ({@link Header})
 * @param rcode 0–4095; the upper bits need {@code edns}
 * @param question null only in a message that could not be read that far
 */
public record Message(
    int id,
    int flags,
    int rcode,
    @Nullable Question question,
    List<ResourceRecord> answer,
    List<ResourceRecord> authority,
    List<ResourceRecord> additional,
    @Nullable Edns edns) {

  public Message {
    answer = List.copyOf(answer);
    authority = List.copyOf(authority);
    additional = List.copyOf(additional);
  }

  /** The question section's one entry (RFC 1035 section 4.1.2). */
  public record Question(DomainName name, RecordType type, int queryClass) {}

  public boolean has(int flag) {
    return (flags & flag) != 0;
  }

  public Message withId(int newId) {
    return new Message(newId, flags, rcode, question, answer, authority, additional, edns);
  }

  public Message withFlags(int newFlags) {
    return new Message(id, newFlags, rcode, question, answer, authority, additional, edns);
  }

  public Message withRcode(int newRcode) {
    return new Message(id, flags, newRcode, question, answer, authority, additional, edns);
  }

  public Message withAnswer(List<ResourceRecord> newAnswer) {
    return new Message(id, flags, rcode, question, newAnswer, authority, additional, edns);
  }

  public Message withSections(
      List<ResourceRecord> newAnswer,
      List<ResourceRecord> newAuthority,
      List<ResourceRecord> newAdditional) {
    return new Message(id, flags, rcode, question, newAnswer, newAuthority, newAdditional, edns);
  }

  public Message withQuestion(Question newQuestion) {
    return new Message(id, flags, rcode, newQuestion, answer, authority, additional, edns);
  }

  public Message withEdns(@Nullable Edns newEdns) {
    return new Message(id, flags, rcode, question, answer, authority, additional, newEdns);
  }

  /**
   * The message in wire form within {@code sizeMaxBytes}: names are compressed; when it still does
   * not fit, whole records are left off the end and TC is set (RFC 2181 section 9), also when only
   * additional ones are missing. The OPT record stays.
   */
  public byte[] toWire(int sizeMaxBytes) {
    var out = new MessageWriter();
    out.u16(id);
    out.u16((flags & ~Header.RCODE_MASK) | (rcode & Header.RCODE_MASK));
    out.u16(question == null ? 0 : 1);
    out.u16(0);
    out.u16(0);
    out.u16(0);
    if (question != null) {
      out.name(question.name());
      out.u16(question.type().value());
      out.u16(question.queryClass());
    }
    int room = sizeMaxBytes - optSizeBytes();
    List<List<ResourceRecord>> sections = List.of(answer, authority, additional);
    boolean full = false;
    int count = 0;
    for (int section = 0; section < 3; section++) {
      count = 0;
      for (ResourceRecord record : sections.get(section)) {
        if (full) {
          break;
        }
        int before = out.position();
        record.writeTo(out);
        if (out.position() > room) {
          out.truncate(before);
          full = true;
          break;
        }
        count++;
      }
      out.u16At(Header.ANCOUNT + 2 * section, count);
    }
    if (full) {
      out.u16At(
          Header.FLAGS, ((flags | Header.TC) & ~Header.RCODE_MASK) | (rcode & Header.RCODE_MASK));
    }
    if (edns != null) {
      writeOpt(out, edns, rcode);
      out.u16At(Header.ARCOUNT, count + 1);
    }
    return out.toByteArray();
  }

  private int optSizeBytes() {
    if (edns == null) {
      return 0;
    }
    return 11 + edns.options().stream().mapToInt(option -> 4 + option.data().length).sum();
  }

  private static void writeOpt(MessageWriter out, Edns edns, int rcode) {
    out.u8(0);
    out.u16(RecordTypes.OPT);
    out.u16(edns.udpPayloadSizeBytes());
    out.u8(rcode >>> 4);
    out.u8(edns.version());
    out.u16(edns.dnssecOk() ? 0x8000 : 0);
    int lengthAt = out.position();
    out.u16(0);
    for (Edns.Option option : edns.options()) {
      out.u16(option.code());
      out.u16(option.data().length);
      out.bytes(option.data());
    }
    out.u16At(lengthAt, out.position() - lengthAt - 2);
  }

  /**
   * Reads {@code wire[0, length)}.
   *
   * @return null when it is malformed anywhere; bytes behind the last record are passed over
   */
  public static @Nullable Message read(byte[] wire, int length) {
    if (length < Header.LENGTH_BYTES || Bytes.u16(wire, Header.QDCOUNT) > 1) {
      return null;
    }
    int flags = Bytes.u16(wire, Header.FLAGS);
    int position = Header.LENGTH_BYTES;
    Question question = null;
    if (Bytes.u16(wire, Header.QDCOUNT) == 1) {
      DomainName name = DomainName.read(wire, position, length);
      if (name == null) {
        return null;
      }
      position += DomainName.sizeAt(wire, position, length);
      if (position + 4 > length) {
        return null;
      }
      question =
          new Question(
              name, RecordType.of(Bytes.u16(wire, position)), Bytes.u16(wire, position + 2));
      position += 4;
    }
    var reader = new RecordReader(wire, position, length);
    List<List<ResourceRecord>> sections = new ArrayList<>(3);
    for (int section = 0; section < 3; section++) {
      int count = Bytes.u16(wire, Header.ANCOUNT + 2 * section);
      var records = new ArrayList<ResourceRecord>();
      for (int i = 0; i < count; i++) {
        if (!reader.next(section == 2)) {
          return null;
        }
        if (reader.record != null) {
          records.add(reader.record);
        }
      }
      sections.add(records);
    }
    int rcode = (flags & Header.RCODE_MASK) | (reader.extendedRcode << 4);
    return new Message(
        Bytes.u16(wire, Header.ID),
        flags & ~Header.RCODE_MASK,
        rcode,
        question,
        sections.get(0),
        sections.get(1),
        sections.get(2),
        reader.edns);
  }

  /** Header line, then the sections: close to dig's output, for logs and failed tests. */
  @Override
  public String toString() {
    var text = new StringBuilder(Rcode.name(rcode));
    int[] bits = {Header.AA, Header.TC, Header.RD, Header.RA, Header.AD, Header.CD};
    String[] names = {"aa", "tc", "rd", "ra", "ad", "cd"};
    for (int i = 0; i < bits.length; i++) {
      text.append(has(bits[i]) ? " " + names[i] : "");
    }
    for (List<ResourceRecord> section : Arrays.asList(answer, authority, additional)) {
      section.forEach(record -> text.append('\n').append(record));
    }
    return text.toString();
  }
}

package dev.byname.interop;

import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.DomainName;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TTL;
import org.xbill.DNS.Tokenizer;
import org.xbill.DNS.Type;

/** One record in the presentation format of RFC 1035 section 5.1. */
public final class RecordText {
  private RecordText() {}

  /** Text that is no record; the message says why, without the text. */
  public static final class BadRecordException extends Exception {
    private static final long serialVersionUID = 1;

    BadRecordException(String reason) {
      super(reason, null, false, false);
    }
  }

  /**
   * Reads {@code OWNER [TTL] [CLASS] TYPE DATA}, TTL and class in either order; unknown types and
   * data as in RFC 3597. Comments and parentheses are understood.
   *
   * @param origin what relative names stand below
   * @param defaultTtlSeconds of a record that has none
   * @throws BadRecordException when it is something else, or more than one record
   */
  public static ResourceRecord parse(String text, DomainName origin, long defaultTtlSeconds)
      throws BadRecordException {
    try (var words = new Tokenizer(text.strip())) {
      Name zone = new Name(origin.toWire());
      String first = words.getString();
      Name owner = first.equals("@") ? zone : Name.fromString(first, zone);
      long ttl = defaultTtlSeconds;
      int recordClass = DClass.IN;
      String word = words.getString();
      for (int i = 0; i < 2; i++) {
        if (DClass.value(word) >= 0) {
          recordClass = DClass.value(word);
          word = words.getString();
        } else if (Character.isDigit(word.charAt(0))) {
          ttl = ttl(word);
          word = words.getString();
        }
      }
      int type = Type.value(word);
      if (type < 0) {
        throw new BadRecordException("\"" + word + "\" is no record type");
      }
      Record record = Record.fromString(owner, type, recordClass, ttl, words, zone);
      ResourceRecord ours = ResourceRecord.read(record.toWire(Section.ANSWER));
      if (ours == null) {
        throw new BadRecordException("it cannot be kept");
      }
      return ours;
    } catch (IOException | IllegalArgumentException e) {
      throw new BadRecordException(withoutPlace(e.getMessage()));
    }
  }

  private static long ttl(String word) throws BadRecordException {
    try {
      return TTL.parseTTL(word);
    } catch (NumberFormatException e) {
      throw new BadRecordException("\"" + word + "\" is no TTL");
    }
  }

  /** dnsjava puts "&lt;none&gt;:1: " in front. */
  private static String withoutPlace(@Nullable String message) {
    return message == null ? "not a record" : message.replaceFirst("^[^:]*:\\d+: ", "");
  }
}

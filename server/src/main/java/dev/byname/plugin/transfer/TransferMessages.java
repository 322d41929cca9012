package dev.byname.plugin.transfer;

import dev.byname.query.Request;
import dev.byname.query.ZoneSource.ZoneCopy;
import dev.byname.rdata.Message;
import dev.byname.rdata.Rdata.AddressRdata;
import dev.byname.rdata.Rdata.MxRdata;
import dev.byname.rdata.Rdata.NameRdata;
import dev.byname.rdata.Rdata.OpaqueRdata;
import dev.byname.rdata.Rdata.SoaRdata;
import dev.byname.rdata.Rdata.SrvRdata;
import dev.byname.rdata.Rdata.TxtRdata;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** A zone as messages (RFC 5936 section 2.2): SOA, everything else, SOA again. */
final class TransferMessages implements Iterator<Message> {
  /**
   * Of the records, uncompressed. Names can only be compressed against the first 16 KiB of a
   * message, and a slow client makes us hold one message, so more would not pay.
   */
  static final int RECORDS_BYTES_MAX = 16 << 10;

  private final Request request;
  private final ZoneCopy zone;
  private final IntConsumer given;
  private @Nullable ResourceRecord next;
  private boolean soaAgain;
  private int records;

  /**
   * @param given hears how many records there were when the last message has been taken
   */
  TransferMessages(Request request, ZoneCopy zone, IntConsumer given) {
    this.request = request;
    this.zone = zone;
    this.given = given;
    next = zone.soa();
  }

  @Override
  public boolean hasNext() {
    return next != null;
  }

  @Override
  public Message next() {
    ResourceRecord record = next;
    if (record == null) {
      throw new NoSuchElementException();
    }
    List<ResourceRecord> batch = new ArrayList<>();
    int bytes = 0;
    while (record != null && (batch.isEmpty() || bytes + sizeBytes(record) <= RECORDS_BYTES_MAX)) {
      bytes += sizeBytes(record);
      batch.add(record);
      record = following();
    }
    next = record;
    records += batch.size();
    if (record == null) {
      given.accept(records);
    }
    return answer(request, batch);
  }

  private @Nullable ResourceRecord following() {
    if (zone.behindSoa().hasNext()) {
      return zone.behindSoa().next();
    }
    if (soaAgain) {
      return null;
    }
    soaAgain = true;
    return zone.soa();
  }

  /** One message of a transfer. */
  static Message answer(Request request, List<ResourceRecord> records) {
    return new Message(
        request.id(),
        Header.QR | Header.AA | (request.flags() & (Header.RD | Header.CD)),
        Rcode.NOERROR,
        request.question(),
        records,
        List.of(),
        List.of(),
        null);
  }

  private static int sizeBytes(ResourceRecord record) {
    int data =
        switch (record.data()) {
          case AddressRdata(byte[] bytes) -> bytes.length;
          case NameRdata name -> name.target().lengthBytes();
          case SoaRdata soa -> soa.primaryServer().lengthBytes() + soa.mailbox().lengthBytes() + 20;
          case MxRdata mx -> 2 + mx.exchange().lengthBytes();
          case SrvRdata srv -> 6 + srv.target().lengthBytes();
          case TxtRdata(List<String> strings) ->
              strings.stream().mapToInt(string -> 1 + string.length()).sum();
          case OpaqueRdata(byte[] bytes) -> bytes.length;
        };
    return record.owner().lengthBytes() + 10 + data;
  }
}

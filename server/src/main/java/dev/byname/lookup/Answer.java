package dev.byname.lookup;

import dev.byname.cluster.IpAddress;
import dev.byname.rdata.Message;
import dev.byname.rdata.Rdata.AddressRdata;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.Rcode;
import java.net.InetAddress;
import java.util.List;

/**
 * What {@code dig} would print.
 *
 * @param rcode a constant of {@link Rcode}; NOERROR with no records means that the name exists
 *     without such data
 * @param records the answer section, CNAMEs included
 * @param authority the SOA of a negative answer
 * @param additional addresses of SRV targets
 */
public record Answer(
    int rcode,
    List<ResourceRecord> records,
    List<ResourceRecord> authority,
    List<ResourceRecord> additional) {

  static Answer of(Message message) {
    return new Answer(message.rcode(), message.answer(), message.authority(), message.additional());
  }

  /** The addresses in the answer section, in its order. */
  public List<InetAddress> addresses() {
    return records.stream()
        .filter(record -> record.data() instanceof AddressRdata)
        .map(record -> IpAddress.of(((AddressRdata) record.data()).bytes()).toInetAddress())
        .toList();
  }
}

package dev.byname.query;

import dev.byname.rdata.Edns;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.Header;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A query on its way through the plugin chain. Immutable; a plugin that asks something else hands
 * on a changed copy.
 *
 * @param id the client's
 * @param flags the client's 16 bits behind the id
 * @param question in the client's case
 * @param zone the server block's zone that the name fell into, lower case with final dot
 * @param edns the client's OPT record
 * @param authority records of the query's authority section: an IXFR's SOA
 * @param wire the query as it came, for plugins that pass it on
 * @param metadata shared by all copies of one query; values are made when first read
 * @param depth how many queries of our own led to this one; bounded by the responder
 */
@SuppressWarnings("ArrayRecordComponent")
public record Request(
    int id,
    int flags,
    Question question,
    String zone,
    @Nullable Edns edns,
    List<ResourceRecord> authority,
    byte[] wire,
    Client client,
    Metadata metadata,
    int depth) {

  /** What an IPv4 packet has room for behind its own and the UDP header. */
  static final int DATAGRAM_BYTES_MAX = 65_507;

  public boolean has(int flag) {
    return (flags & flag) != 0;
  }

  public boolean recursionDesired() {
    return has(Header.RD);
  }

  public boolean dnssecOk() {
    return edns != null && edns.dnssecOk();
  }

  public Request withQuestion(Question newQuestion) {
    return new Request(
        id, flags, newQuestion, zone, edns, authority, wire, client, metadata, depth);
  }

  public Request withEdns(@Nullable Edns newEdns) {
    return new Request(
        id, flags, question, zone, newEdns, authority, wire, client, metadata, depth);
  }

  public Request withFlags(int newFlags) {
    return new Request(
        id, newFlags, question, zone, edns, authority, wire, client, metadata, depth);
  }

  /** A query of our own on behalf of this one, one level deeper. */
  public Request asking(Question newQuestion) {
    return new Request(
        id, flags, newQuestion, zone, edns, List.of(), wire, client, metadata, depth + 1);
  }

  /** The most bytes an answer may have. */
  public int sizeMaxBytes() {
    if (client.transport().stream()) {
      return 0xffff;
    }
    return edns == null ? 512 : Math.clamp(edns.udpPayloadSizeBytes(), 512, DATAGRAM_BYTES_MAX);
  }

  /** Named values about a query ({@code kubernetes/namespace}, …) for log, view and template. */
  public static final class Metadata {
    private final Map<String, Supplier<String>> values = new HashMap<>(4);

    public void put(String name, Supplier<String> value) {
      values.put(name, value);
    }

    /** Empty when nobody has set it. */
    public String get(String name) {
      Supplier<String> value = values.get(name);
      return value == null ? "" : value.get();
    }
  }
}

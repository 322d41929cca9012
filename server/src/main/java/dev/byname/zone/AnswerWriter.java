package dev.byname.zone;

import dev.byname.cluster.ClusterState.Standing;
import dev.byname.cluster.EndpointSlice;
import dev.byname.cluster.IpAddress;
import dev.byname.cluster.ServiceView;
import dev.byname.wire.Bytes;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.QueryView;
import dev.byname.wire.Rcode;
import dev.byname.wire.RecordTypes;
import dev.byname.zone.Answers.SrvRecords;
import dev.byname.zone.ClusterZone.NameServerAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes what a {@link Finding} says about the question into a message. Allocates nothing, but for
 * the apex and the name server's own name. Owned by one event loop.
 *
 * <p>The question is copied back in the client's case; owner names are pointers into it, and so is
 * the zone wherever a pointer is allowed. Where it is not (SRV targets, RFC 3597 section 4) the
 * zone's bytes are copied from the question, so that the client finds its own spelling everywhere.
 */
public final class AnswerWriter {
  private static final int QNAME_POINTER = 0xc000 | Header.LENGTH_BYTES;
  private static final int OPT_BYTES = 11;

  /** Extended DNS error 3, Stale Answer, without a text (RFC 8914 section 4.4). */
  private static final byte[] STALE_OPTION = {0, 15, 0, 2, 0, 3};

  private static final int SCHEMA_VERSION_TTL_SECONDS =
      28800; // as CoreDNS, whatever the ttl option says
  private static final byte[] SCHEMA_VERSION = {5, '1', '.', '1', '.', '0'};

  /** RFC 8482 section 4.2. */
  private static final byte[] ANY_HINFO = {7, 'R', 'F', 'C', '8', '4', '8', '2', 0};

  static final int SOA_TTL_SECONDS_MAX = 300;
  private static final byte[] NS_DNS = {2, 'n', 's', 3, 'd', 'n', 's'};
  private static final byte[] HOSTMASTER = {10, 'h', 'o', 's', 't', 'm', 'a', 's', 't', 'e', 'r'};
  private static final byte[] SVC = {3, 's', 'v', 'c'};

  private final ClusterZone zone;

  // Of the message being written.
  private QueryView q = new QueryView();
  private byte[] out = new byte[0];
  private int position;
  private int end;
  private int flags;
  private int answers;
  private int authorities;
  private int additionals;
  private int zoneOffset;
  private int ttlSeconds;
  private boolean stale;

  /** Where SRV targets stand in the message, for the owner names of their addresses. */
  private final char[] targetAt = new char[4096];

  public AnswerWriter(ClusterZone zone) {
    this.zone = zone;
    ttlSeconds = zone.options().ttlSeconds();
  }

  /** The rcode of the message last written. */
  public int rcode() {
    return flags & Header.RCODE_MASK;
  }

  /**
   * Whether the finding can be answered from here alone: an alias may need other zones and servers.
   */
  public static boolean complete(Finding finding, int type) {
    return !(finding instanceof Finding.Alias)
        || (type != RecordTypes.A && type != RecordTypes.AAAA);
  }

  /**
   * Writes the whole message.
   *
   * @param origin the zone the name is in, from {@link ClusterZone#originOf}
   * @param spelled as {@link ClusterZone#find} left it
   * @param out at least {@code sizeMaxBytes} long
   * @param sizeMaxBytes at least 512; records that do not fit are left off and TC is set
   * @param rotation the address record to begin with, modulo their number
   * @return the length of the message
   */
  public int write(
      Finding finding,
      int origin,
      SpelledAddress spelled,
      QueryView q,
      byte[] out,
      int sizeMaxBytes,
      int rotation) {
    begin(q, out, sizeMaxBytes, origin);
    int type = q.type;
    // No pattern switch: the classes that Java makes for one at run time are no part of an AOT
    // cache, and the first answer would wait for them.
    if (finding instanceof Finding.Addresses addresses) {
      writeAddresses(addresses.answers(), type, rotation);
    } else if (finding instanceof AddressTable.Entry entry) {
      if (type == RecordTypes.PTR || type == RecordTypes.ANY) {
        writePtrs(entry);
      }
    } else if (finding instanceof Finding.Alias alias) {
      if (type == RecordTypes.CNAME || type == RecordTypes.ANY) {
        writeCname(alias.target());
      }
    } else {
      writeFixed((Finding.Fixed) finding, type, spelled);
    }
    if (answers == 0 && (flags & Header.TC) == 0) {
      writeSoa();
      authorities = 1;
    }
    return finish();
  }

  private void writeFixed(Finding.Fixed finding, int type, SpelledAddress spelled) {
    switch (finding) {
      case POD_ADDRESS -> {
        if (type == (spelled.v6 ? RecordTypes.AAAA : RecordTypes.A)) {
          writeSpelled(spelled);
        }
      }
      case SCHEMA_VERSION -> {
        if (type == RecordTypes.TXT) {
          writeRecord(RecordTypes.TXT, SCHEMA_VERSION_TTL_SECONDS, SCHEMA_VERSION);
        }
      }
      case APEX -> writeApex(type);
      case NAME_SERVER -> writeNameServerAddresses(type);
      case NO_DATA -> {}
      case NX_DOMAIN -> {
        // CoreDNS never denies a name that it is asked the SOA of; resolvers walk up by it.
        flags |= type == RecordTypes.SOA ? Rcode.NOERROR : Rcode.NXDOMAIN;
      }
      case NOT_SYNCED -> flags |= Rcode.SERVFAIL;
    }
  }

  private void begin(QueryView query, byte[] target, int sizeMaxBytes, int origin) {
    q = query;
    out = target;
    stale = query.edns && zone.state().standing() == Standing.RESTORED;
    end = sizeMaxBytes - (query.edns ? OPT_BYTES : 0) - (stale ? STALE_OPTION.length : 0);
    flags = Header.QR | Header.AA | (query.flags & (Header.RD | Header.CD));
    answers = 0;
    authorities = 0;
    additionals = 0;
    zoneOffset = Header.LENGTH_BYTES + zone.originOffset(query, origin);
    System.arraycopy(query.message, 0, target, 0, query.questionEnd);
    position = query.questionEnd;
  }

  private int finish() {
    if (q.edns) {
      writeOpt(out, position, q.udpPayloadSizeBytes, 0, q.dnssecOk);
      position += OPT_BYTES;
      additionals++;
    }
    if (stale) {
      Bytes.u16(out, position - 2, STALE_OPTION.length); // RDLENGTH of the OPT record
      System.arraycopy(STALE_OPTION, 0, out, position, STALE_OPTION.length);
      position += STALE_OPTION.length;
    }
    Bytes.u16(out, Header.FLAGS, flags);
    Bytes.u16(out, Header.QDCOUNT, 1);
    Bytes.u16(out, Header.ANCOUNT, answers);
    Bytes.u16(out, Header.NSCOUNT, authorities);
    Bytes.u16(out, Header.ARCOUNT, additionals);
    return position;
  }

  /**
   * An OPT record without options (RFC 6891 section 6.1.2): 11 bytes. The client's size is given
   * back, as CoreDNS does; options nobody serves are not.
   */
  public static void writeOpt(
      byte[] out, int at, int payloadSizeBytes, int extendedRcode, boolean dnssecOk) {
    out[at] = 0;
    Bytes.u16(out, at + 1, RecordTypes.OPT);
    Bytes.u16(out, at + 3, payloadSizeBytes);
    Bytes.i32(out, at + 5, (extendedRcode << 24) | (dnssecOk ? 0x8000 : 0));
    Bytes.u16(out, at + 9, 0);
  }

  private void writeAddresses(Answers answer, int type, int rotation) {
    switch (type) {
      case RecordTypes.A -> writeAddresses(answer.v4, 4, RecordTypes.A, rotation);
      case RecordTypes.AAAA -> writeAddresses(answer.v6, 16, RecordTypes.AAAA, rotation);
      case RecordTypes.SRV -> {
        if (answer.srv != null) {
          writeSrv(answer.srv);
        }
      }
      case RecordTypes.ANY -> writeRecord(13, ttlSeconds, ANY_HINFO); // HINFO
      default -> {}
    }
  }

  private void writeAddresses(byte[] packed, int width, int type, int rotation) {
    int count = packed.length / width;
    if (count == 0) {
      return;
    }
    int size = 12 + width;
    int fitting = Math.min(count, (end - position) / size);
    if (fitting < count) {
      flags |= Header.TC;
    }
    int index = count == 1 ? 0 : Math.floorMod(rotation, count);
    int p = position;
    // Owner, type, class and the upper half of the TTL; then its lower half and the length.
    long head =
        ((long) QNAME_POINTER << 48)
            | ((long) type << 32)
            | ((long) RecordTypes.CLASS_IN << 16)
            | (ttlSeconds >>> 16);
    int tail = (ttlSeconds << 16) | width;
    for (int i = 0; i < fitting; i++) {
      Bytes.i64(out, p, head);
      Bytes.i32(out, p + 8, tail);
      int from = index * width;
      if (width == 4) {
        Bytes.i32(out, p + 12, Bytes.i32(packed, from));
      } else {
        Bytes.i64(out, p + 12, Bytes.i64(packed, from));
        Bytes.i64(out, p + 20, Bytes.i64(packed, from + 8));
      }
      p += size;
      index = index + 1 == count ? 0 : index + 1;
    }
    position = p;
    answers = fitting;
  }

  private void writeSpelled(SpelledAddress spelled) {
    int width = spelled.v6 ? 16 : 4;
    int p =
        recordHead(QNAME_POINTER, spelled.v6 ? RecordTypes.AAAA : RecordTypes.A, ttlSeconds, width);
    if (spelled.v6) {
      Bytes.i64(out, p, spelled.high);
      Bytes.i64(out, p + 8, spelled.low);
    } else {
      Bytes.i32(out, p, (int) spelled.low);
    }
    answers = 1;
  }

  private void writeSrv(SrvRecords srv) {
    int zoneLength = q.questionEnd - 4 - zoneOffset;
    int from = 0;
    for (int i = 0; i < srv.count; i++) {
      int prefix = srv.records[from + 6] & 0xff;
      int dataLength = 6 + prefix + zoneLength;
      if (prefix + zoneLength > DomainName.BYTES_MAX) {
        // The target would be no name; only a service close to the limit in a longer zone gets
        // here.
        targetAt[i] = 0;
      } else if (position + 12 + dataLength > end) {
        flags |= Header.TC;
        return;
      } else {
        int p = recordHead(QNAME_POINTER, RecordTypes.SRV, ttlSeconds, dataLength);
        System.arraycopy(srv.records, from, out, p, 6);
        targetAt[i] = (char) (p + 6);
        System.arraycopy(srv.records, from + 7, out, p + 6, prefix);
        System.arraycopy(q.message, zoneOffset, out, p + 6 + prefix, zoneLength);
        answers++;
      }
      from += 7 + prefix;
    }
    writeGlue(srv);
  }

  /** The addresses of the targets. Those that do not fit are left off, and TC says so. */
  private void writeGlue(SrvRecords srv) {
    int from = 0;
    for (int i = 0; i < srv.glueCount; i++) {
      int target = targetAt[Bytes.u16(srv.glue, from)];
      int width = srv.glue[from + 2];
      // A pointer has 14 bits (RFC 1035 section 4.1.4); targets further out are written again.
      boolean pointer = target <= 0x3fff;
      int ownerLength = pointer ? 2 : DomainName.sizeAt(out, target, position);
      if (position + ownerLength + 10 + width > end) {
        flags |= Header.TC;
        return;
      }
      if (target > 0) {
        int type = width == 4 ? RecordTypes.A : RecordTypes.AAAA;
        int p;
        if (pointer) {
          p = recordHead(0xc000 | target, type, ttlSeconds, width);
        } else {
          System.arraycopy(out, target, out, position, ownerLength);
          position += ownerLength;
          p = recordRest(type, ttlSeconds, width);
        }
        System.arraycopy(srv.glue, from + 3, out, p, width);
        additionals++;
      }
      from += 3 + width;
    }
  }

  private void writeCname(DomainName target) {
    int p = recordHead(QNAME_POINTER, RecordTypes.CNAME, ttlSeconds, target.lengthBytes());
    target.writeTo(out, p);
    answers = 1;
  }

  /**
   * The service whose ClusterIP it is; otherwise one name per service that has it as an endpoint.
   */
  private void writePtrs(AddressTable.Entry entry) {
    if (entry.clusterIpOf().length > 0) {
      writePtr(entry.clusterIpOf()[0], null, false, 0, 0);
      return;
    }
    for (ServiceSlot slot : entry.endpointOf()) {
      ServiceView view = slot.compiled.view;
      List<EndpointSlice> slices = view.slices();
      for (int s = 0; s < slices.size(); s++) {
        EndpointSlice slice = slices.get(s);
        for (int i = 0; i < slice.size(); i++) {
          if (slice.addressIs(i, entry.v6(), entry.high(), entry.low())
              && view.published(slice, i)) {
            String label = zone.explicitHostLabel(slice, i);
            if (!namedBefore(view, s, i, label, entry)) {
              writePtr(slot, label, entry.v6(), entry.high(), entry.low());
            }
          }
        }
      }
    }
  }

  /**
   * Whether an earlier endpoint of the service has the same address and label: its name is written
   * already.
   */
  private boolean namedBefore(
      ServiceView view,
      int sliceIndex,
      int index,
      @Nullable String label,
      AddressTable.Entry entry) {
    for (int s = 0; s <= sliceIndex; s++) {
      EndpointSlice slice = view.slices().get(s);
      int limit = s == sliceIndex ? index : slice.size();
      for (int i = 0; i < limit; i++) {
        if (slice.addressIs(i, entry.v6(), entry.high(), entry.low())
            && view.published(slice, i)
            && Objects.equals(label, zone.explicitHostLabel(slice, i))) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * @param label of the endpoint; null for its dashed address, and for a service when {@code high}
   *     and {@code low} are 0
   */
  private void writePtr(ServiceSlot slot, @Nullable String label, boolean v6, long high, long low) {
    if ((flags & Header.TC) != 0) {
      return;
    }
    byte[] origin = zone.primaryOriginWire();
    int room = 12 + 64 + slot.key.length + SVC.length + origin.length;
    if (position + room > end) {
      flags |= Header.TC;
      return;
    }
    int start = recordHead(QNAME_POINTER, RecordTypes.PTR, ttlSeconds, 0);
    int p = start;
    if (label != null) {
      out[p++] = (byte) label.length();
      for (int i = 0; i < label.length(); i++) {
        out[p++] = DomainName.fold((byte) label.charAt(i));
      }
    } else if (v6 || low != 0) {
      p = v6 ? DashedAddress.writeV6(high, low, out, p) : DashedAddress.writeV4((int) low, out, p);
    }
    System.arraycopy(slot.key, 0, out, p, slot.key.length);
    p += slot.key.length;
    System.arraycopy(SVC, 0, out, p, SVC.length);
    p += SVC.length;
    System.arraycopy(origin, 0, out, p, origin.length);
    p += origin.length;
    Bytes.u16(out, start - 2, p - start);
    position = p;
    answers++;
  }

  private void writeApex(int type) {
    switch (type) {
      case RecordTypes.SOA -> {
        writeSoa();
        answers = 1;
      }
      case RecordTypes.NS -> writeNameServers();
      default -> {}
    }
  }

  private void writeNameServers() {
    List<NameServerAddress> servers = zone.nameServers();
    for (int i = 0; i < servers.size(); i++) {
      NameServerAddress server = servers.get(i);
      boolean repeated = false;
      for (int k = 0; k < i; k++) {
        repeated |= servers.get(k).labels().equals(server.labels());
      }
      if (!repeated) {
        byte[] labels = labelsOf(server.labels());
        if (position + 12 + labels.length + 2 > end) {
          flags |= Header.TC;
          return;
        }
        int p = recordHead(QNAME_POINTER, RecordTypes.NS, ttlSeconds, labels.length + 2);
        System.arraycopy(labels, 0, out, p, labels.length);
        Bytes.u16(out, p + labels.length, 0xc000 | zoneOffset);
        answers++;
      }
    }
    for (NameServerAddress server : servers) {
      byte[] labels = labelsOf(server.labels());
      if (position + labels.length + 2 + 10 + 16 > end) {
        flags |= Header.TC;
        return;
      }
      System.arraycopy(labels, 0, out, position, labels.length);
      position += labels.length;
      IpAddress address = server.address();
      int p =
          recordHead(
              0xc000 | zoneOffset,
              address.v6() ? RecordTypes.AAAA : RecordTypes.A,
              ttlSeconds,
              address.v6() ? 16 : 4);
      address.writeTo(out, p);
      additionals++;
    }
  }

  private void writeNameServerAddresses(int type) {
    for (NameServerAddress server : zone.nameServers()) {
      IpAddress address = server.address();
      if (type == (address.v6() ? RecordTypes.AAAA : RecordTypes.A) && position + 28 <= end) {
        int p = recordHead(QNAME_POINTER, type, ttlSeconds, address.v6() ? 16 : 4);
        address.writeTo(out, p);
        answers++;
      }
    }
  }

  private static byte[] labelsOf(String name) {
    byte[] wire = DomainName.of(name).toWire();
    return Arrays.copyOf(wire, wire.length - 1);
  }

  /** Its owner and the ends of its two names are the zone in the question, in the client's case. */
  private void writeSoa() {
    int zonePointer = 0xc000 | zoneOffset;
    int dataLength = NS_DNS.length + 2 + HOSTMASTER.length + 2 + 20;
    if (position + 12 + dataLength > end) {
      return; // a question of 255 bytes leaves room for it even in 512; nothing is promised beyond
    }
    int p =
        recordHead(
            zonePointer, RecordTypes.SOA, Math.min(ttlSeconds, SOA_TTL_SECONDS_MAX), dataLength);
    System.arraycopy(NS_DNS, 0, out, p, NS_DNS.length);
    p += NS_DNS.length;
    Bytes.u16(out, p, zonePointer);
    System.arraycopy(HOSTMASTER, 0, out, p + 2, HOSTMASTER.length);
    p += 2 + HOSTMASTER.length;
    Bytes.u16(out, p, zonePointer);
    Bytes.i32(out, p + 2, (int) zone.serial());
    Bytes.i32(out, p + 6, 7200);
    Bytes.i32(out, p + 10, 1800);
    Bytes.i32(out, p + 14, 86400);
    Bytes.i32(out, p + 18, ttlSeconds);
  }

  private void writeRecord(int type, int ttl, byte[] data) {
    int p = recordHead(QNAME_POINTER, type, ttl, data.length);
    System.arraycopy(data, 0, out, p, data.length);
    answers++;
  }

  /** Writes a record up to its data and moves behind the data; returns where the data goes. */
  private int recordHead(int ownerPointer, int type, int ttl, int dataLength) {
    Bytes.u16(out, position, ownerPointer);
    position += 2;
    return recordRest(type, ttl, dataLength);
  }

  private int recordRest(int type, int ttl, int dataLength) {
    int p = position;
    Bytes.u16(out, p, type);
    Bytes.u16(out, p + 2, RecordTypes.CLASS_IN);
    Bytes.i32(out, p + 4, ttl);
    Bytes.u16(out, p + 8, dataLength);
    position = p + 10 + dataLength;
    return p + 10;
  }
}

package dev.byname.plugin.file;

import dev.byname.rdata.Rdata.OpaqueRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.Bytes;
import dev.byname.wire.DomainName;
import java.util.ArrayList;
import java.util.List;

/**
 * A name of a zone and everything it owns, signatures included. Without records it is an empty
 * non-terminal (RFC 8499): it exists because a name below it does.
 */
record Node(DomainName name, List<ResourceRecord> records) {
  Node {
    records = List.copyOf(records);
  }

  boolean isEmpty() {
    return records.isEmpty();
  }

  boolean has(RecordType type) {
    for (ResourceRecord record : records) {
      if (record.type().equals(type)) {
        return true;
      }
    }
    return false;
  }

  /** In the file's order. */
  List<ResourceRecord> of(RecordType type) {
    var found = new ArrayList<ResourceRecord>();
    for (ResourceRecord record : records) {
      if (record.type().equals(type)) {
        found.add(record);
      }
    }
    return found;
  }

  /** The records of a type and, where DNSSEC is wanted, the signatures over them. */
  List<ResourceRecord> of(RecordType type, boolean signatures) {
    List<ResourceRecord> found = of(type);
    if (signatures && !found.isEmpty()) {
      for (ResourceRecord record : records) {
        // The type covered comes first (RFC 4034 section 3.1.1).
        if (record.type().equals(RecordType.RRSIG)
            && record.data() instanceof OpaqueRdata(byte[] rdata)
            && Bytes.u16(rdata, 0) == type.value()) {
          found.add(record);
        }
      }
    }
    return found;
  }
}

package dev.byname.plugin.file;

import dev.byname.interop.ZoneFileException;
import dev.byname.interop.ZoneFileReader;
import dev.byname.rdata.Rdata.SoaRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.DomainName;
import dev.byname.wire.RecordTypes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads zone files. */
final class ZoneLoader {
  private ZoneLoader() {}

  /**
   * @param warnings receives what is passed over
   * @throws ZoneFileException with everything that is wrong, when the zone cannot be served from
   *     the file
   */
  static Zone load(Path file, DomainName origin, List<String> warnings) throws ZoneFileException {
    try (var reader = new ZoneFileReader(file, origin)) {
      var records = new ArrayList<ResourceRecord>();
      ResourceRecord soa = null;
      boolean nsec3 = false;
      int outside = 0;
      for (var record = reader.next(); record != null; record = reader.next()) {
        RecordType type = record.type();
        if (record.recordClass() != RecordTypes.CLASS_IN) {
          reader.complain("class IN only, not: " + record);
        } else if (type.equals(RecordType.NSEC3) || type.equals(RecordType.NSEC3PARAM)) {
          if (!nsec3) {
            reader.complain(
                "the zone is signed with NSEC3, which is not supported: sign it with NSEC");
          }
          nsec3 = true;
        } else if (type.equals(RecordType.SOA) && !record.owner().equals(origin)) {
          reader.complain("it is the zone " + record.owner() + ", which is not " + origin);
        } else if (type.equals(RecordType.SOA) && soa != null && !soa.equals(record)) {
          reader.complain("there is more than one SOA record");
        } else if (record.owner().isSubdomainOf(origin)) {
          soa = type.equals(RecordType.SOA) ? record : soa;
          records.add(record);
        } else {
          outside++;
        }
      }
      if (!reader.mistakes().isEmpty()) {
        throw new ZoneFileException(reader.mistakes());
      }
      if (soa == null) {
        throw new ZoneFileException(file.toString(), "there is no SOA record for " + origin);
      }
      if (outside > 0) {
        warnings.add("%d records outside of %s are passed over".formatted(outside, origin));
      }
      return Zone.of(soa, records);
    }
  }

  /**
   * The serial in the file now. Reads only as far as the SOA record, which is the first of most.
   *
   * @return null when there is no SOA record that can be read
   */
  static @Nullable Long serial(Path file, DomainName origin) throws ZoneFileException {
    try (var reader = new ZoneFileReader(file, origin)) {
      for (var record = reader.next(); record != null; record = reader.next()) {
        if (record.data() instanceof SoaRdata soa) {
          return soa.serial();
        }
      }
      return null;
    }
  }
}

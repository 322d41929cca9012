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
   * @throws ZoneFileException when the zone cannot be served from the file
   */
  static Zone load(Path file, DomainName origin, List<String> warnings) throws ZoneFileException {
    try (var reader = new ZoneFileReader(file, origin)) {
      ZoneFileReader.refuseRelativeIncludes(file);
      var records = new ArrayList<ResourceRecord>();
      int outside = 0;
      for (var record = reader.next(); record != null; record = reader.next()) {
        RecordType type = record.type();
        if (type.equals(RecordType.NSEC3) || type.equals(RecordType.NSEC3PARAM)) {
          throw new ZoneFileException(
              file.toString(),
              0,
              "the zone is signed with NSEC3, which is not supported: sign it with NSEC");
        }
        if (record.recordClass() != RecordTypes.CLASS_IN) {
          throw new ZoneFileException(file.toString(), 0, "class IN only, not: " + record);
        }
        if (record.owner().isSubdomainOf(origin)) {
          records.add(record);
        } else if (type.equals(RecordType.SOA)) {
          throw new ZoneFileException(
              file.toString(), 0, "it is the zone " + record.owner() + ", which is not " + origin);
        } else {
          outside++;
        }
      }
      if (outside > 0) {
        warnings.add("%d records outside of %s are passed over".formatted(outside, origin));
      }
      return Zone.of(origin, records);
    } catch (IllegalArgumentException e) {
      throw new ZoneFileException(file.toString(), 0, String.valueOf(e.getMessage()));
    }
  }

  /**
   * The serial in the file now. Reads only as far as the SOA record, which is the first of most.
   *
   * @return null when there is no SOA record
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

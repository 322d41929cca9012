package dev.byname.interop;

import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.DomainName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Master;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/**
 * The records of a zone file (RFC 1035 section 5), one after the other: {@code $ORIGIN}, {@code
 * $TTL} (RFC 2308 section 4), {@code $INCLUDE} relative to the file, {@code $GENERATE}, unknown
 * types (RFC 3597).
 */
public final class ZoneFileReader implements AutoCloseable {
  private static final Pattern PLACE = Pattern.compile("([^:]*):(\\d+): (.*)", Pattern.DOTALL);

  private static final Pattern RELATIVE_INCLUDE =
      Pattern.compile("(?i)\\$INCLUDE\\s+\\S+\\s+[^;\\s]*[^;\\s.]\\s*(;.*)?");

  private final Path file;
  private final Master master;

  /**
   * @param origin what relative names stand below until an {@code $ORIGIN}
   * @throws ZoneFileException when the file cannot be opened
   */
  public ZoneFileReader(Path file, DomainName origin) throws ZoneFileException {
    this.file = file;
    if (!Files.isRegularFile(file)) {
      throw new ZoneFileException(file.toString(), 0, "there is no such file");
    }
    try {
      master = new Master(file.toString(), new Name(origin.toWire()));
    } catch (IOException e) {
      throw new ZoneFileException(file.toString(), 0, "cannot be read: " + e.getMessage());
    }
  }

  /**
   * Looks for an {@code $INCLUDE} with an origin that does not end with a dot. dnsjava would put it
   * below the root, not below the origin in force (RFC 1035 section 5.1), and so lose the records.
   *
   * @throws ZoneFileException at the first one
   */
  public static void refuseRelativeIncludes(Path file) throws ZoneFileException {
    try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
      int number = 0;
      for (String line : (Iterable<String>) lines::iterator) {
        number++;
        if (RELATIVE_INCLUDE.matcher(line.strip()).matches()) {
          throw new ZoneFileException(
              file.toString(), number, "the origin of an $INCLUDE must end with a dot");
        }
      }
    } catch (IOException | UncheckedIOException e) {
      throw new ZoneFileException(file.toString(), 0, "cannot be read: " + e.getMessage());
    }
  }

  /**
   * The next record; null behind the last one.
   *
   * @throws ZoneFileException where the file is wrong; nothing can be read behind that
   */
  public @Nullable ResourceRecord next() throws ZoneFileException {
    try {
      Record record = master.nextRecord();
      return record == null ? null : ours(record);
    } catch (IOException e) {
      throw located(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      // dnsjava checks some values only when it makes the record, and then says no line.
      throw new ZoneFileException(file.toString(), 0, String.valueOf(e.getMessage()));
    }
  }

  private ResourceRecord ours(Record record) throws ZoneFileException {
    ResourceRecord ours = ResourceRecord.read(record.toWire(Section.ANSWER));
    if (ours == null) {
      throw new ZoneFileException(file.toString(), 0, "cannot be kept: " + record);
    }
    return ours;
  }

  /** dnsjava says "name:line: what", with the last part of the file's name only. */
  private ZoneFileException located(String message) {
    Matcher place = PLACE.matcher(message);
    if (!place.matches()) {
      return new ZoneFileException(file.toString(), 0, message);
    }
    String name = place.group(1);
    boolean included = !file.endsWith(name);
    return new ZoneFileException(
        included ? file.resolveSibling(name).toString() : file.toString(),
        Integer.parseInt(place.group(2)),
        place.group(3));
  }

  @Override
  public void close() {
    master.close();
  }
}

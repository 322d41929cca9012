package dev.byname.interop;

import dev.byname.interop.ZoneFileEntries.Entry;
import dev.byname.interop.ZoneFileException.Mistake;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.DomainName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Master;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Tokenizer;

/**
 * The records of a zone file (RFC 1035 section 5), one after the other: {@code $ORIGIN}, {@code
 * $TTL} (RFC 2308 section 4), {@code $INCLUDE} relative to the file, {@code $GENERATE}, unknown
 * types (RFC 3597).
 *
 * <p>What entries hand on to those behind them is kept here: origin, TTL, owner. What is in a
 * record is dnsjava's to read, each entry apart, so that the whole file is read however much is
 * wrong with it.
 */
public final class ZoneFileReader implements AutoCloseable {
  /** Behind that many nobody reads on: it is another kind of file. */
  static final int MISTAKES_MAX = 100;

  private static final int INCLUDES_MAX = 10;
  private static final Pattern PLACE = Pattern.compile("[^:]*:(\\d+): (.*)", Pattern.DOTALL);

  private final Path file;
  private final int depth;
  private final List<Mistake> mistakes;
  private final ZoneFileEntries entries;

  private Name origin;
  private long ttlSeconds;
  private boolean ttlGiven;
  private @Nullable Name owner;

  // At most one of them: what the present entry consists of.
  private @Nullable ZoneFileReader included;
  private @Nullable Master records;

  private int line;
  private int lastLine;

  /**
   * @param origin what relative names stand below until an {@code $ORIGIN}
   * @throws ZoneFileException when the file cannot be opened
   */
  public ZoneFileReader(Path file, DomainName origin) throws ZoneFileException {
    this(file, name(origin), -1, 0, new ArrayList<>());
  }

  private ZoneFileReader(Path file, Name origin, long ttlSeconds, int depth, List<Mistake> mistakes)
      throws ZoneFileException {
    this.file = file;
    this.origin = origin;
    this.ttlSeconds = ttlSeconds;
    this.depth = depth;
    this.mistakes = mistakes;
    if (!Files.isRegularFile(file)) {
      throw new ZoneFileException(file.toString(), "there is no such file");
    }
    try {
      entries = new ZoneFileEntries(Files.newBufferedReader(file, StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new ZoneFileException(file.toString(), "cannot be read: " + e.getMessage());
    }
  }

  private static Name name(DomainName name) {
    try {
      return new Name(name.toWire());
    } catch (IOException impossible) {
      throw new IllegalArgumentException(impossible);
    }
  }

  /** The next record that can be read; null behind the last one, or when too much is wrong. */
  public @Nullable ResourceRecord next() {
    while (mistakes.size() < MISTAKES_MAX) {
      if (included != null) {
        ResourceRecord record = included.next();
        if (record != null) {
          return record;
        }
        included.close();
        included = null;
      } else if (records != null) {
        ResourceRecord record = nextOf(records);
        if (record != null) {
          return record;
        }
        records = null;
      } else if (!begin()) {
        return null;
      }
    }
    return null;
  }

  /** Says that the record that {@link #next} has given last cannot be used. */
  public void complain(String reason) {
    if (included != null) {
      included.complain(reason);
    } else {
      mistake(line, reason);
    }
  }

  /** Everything that is wrong so far, in the order of the file. */
  public List<Mistake> mistakes() {
    return List.copyOf(mistakes);
  }

  /** Begins the next entry; false when there is none. */
  private boolean begin() {
    Entry entry;
    try {
      entry = entries.next();
    } catch (IOException e) {
      mistake(0, "cannot be read: " + e.getMessage());
      return false;
    }
    if (entry == null) {
      return false;
    }
    line = entry.line();
    lastLine = entry.lastLine();
    if (entry.openLine() > 0) {
      mistake(entry.openLine(), "nothing closes this parenthesis");
      return false;
    }
    String text = entry.text();
    String first = text.split("\\s", 2)[0].toUpperCase(Locale.ROOT);
    try (var words = new Tokenizer(text)) {
      switch (first) {
        case "$ORIGIN" -> {
          words.getString();
          origin = words.getName(origin);
          words.getEOL();
        }
        case "$TTL" -> {
          words.getString();
          ttlSeconds = words.getTTL();
          ttlGiven = true;
          words.getEOL();
        }
        case "$INCLUDE" -> {
          words.getString();
          include(words);
        }
        default -> records = records(entry);
      }
    } catch (IOException e) {
      refused(e);
    }
    return true;
  }

  private void include(Tokenizer words) throws IOException {
    String name = words.getString();
    Tokenizer.Token word = words.get();
    Name below = origin;
    if (!word.isEOL()) {
      below = Name.fromString(word.value(), origin);
      words.getEOL();
    }
    if (depth == INCLUDES_MAX) {
      mistake(line, "$INCLUDE " + name + ": more than " + INCLUDES_MAX + " files deep");
      return;
    }
    Path wanted = file.resolveSibling(name);
    try {
      included = new ZoneFileReader(wanted, below, ttlSeconds, depth + 1, mistakes);
    } catch (ZoneFileException e) {
      mistake(line, "$INCLUDE " + e.getMessage());
    }
  }

  private @Nullable Master records(Entry entry) {
    String text = entry.text();
    if (entry.continuesOwner()) {
      if (owner == null) {
        mistake(line, "no owner, and no record before it whose owner it could have");
        return null;
      }
      text = owner + text;
    }
    return new Master(
        new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)), origin, ttlSeconds);
  }

  private @Nullable ResourceRecord nextOf(Master entry) {
    try {
      Record record = entry.nextRecord();
      if (record == null) {
        return null;
      }
      owner = record.getName();
      if (!ttlGiven) {
        ttlSeconds = record.getTTL(); // the last one that was stated (RFC 1035 section 5.1)
      }
      ResourceRecord ours = ResourceRecord.read(record.toWire(Section.ANSWER));
      if (ours == null) {
        mistake(line, "cannot be kept: " + record);
      }
      return ours;
    } catch (IOException | RuntimeException e) { // some values dnsjava checks as it makes a record
      refused(e);
      return null;
    }
  }

  /** dnsjava says {@code <none>:LINE: what}, counted from the entry's first line. */
  private void refused(Exception e) {
    String message = String.valueOf(e.getMessage());
    Matcher place = PLACE.matcher(message);
    if (place.matches()) {
      // It has often read the end of the line when it sees what is missing in it.
      int within = line + Integer.parseInt(place.group(1)) - 1;
      mistake(Math.min(within, lastLine), place.group(2));
    } else {
      mistake(line, message);
    }
    // What is inherited from a bad entry is not missing in those behind it.
    owner = owner == null ? origin : owner;
    ttlSeconds = Math.max(0, ttlSeconds);
  }

  private void mistake(int line, String reason) {
    mistakes.add(new Mistake(file.toString(), line, reason));
    if (mistakes.size() == MISTAKES_MAX) {
      mistakes.add(
          new Mistake(file.toString(), line, "too much is wrong: nothing is read behind it"));
    }
  }

  @Override
  public void close() {
    if (included != null) {
      included.close();
    }
    try {
      entries.close();
    } catch (IOException nothingToBeDone) {
      // It was open for reading.
    }
  }
}

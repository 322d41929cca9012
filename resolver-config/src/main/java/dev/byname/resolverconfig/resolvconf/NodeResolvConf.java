package dev.byname.resolverconfig.resolvconf;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A node's resolv.conf as the kubelet reads it: nameserver lines add, a search line replaces,
 * options add up with the last of a name winning; everything else is passed over. Entries are not
 * checked: the kubelet hands them to pods as they are.
 *
 * @param nameservers in the order of the file
 * @param searches of the last search line, without a trailing dot, without a lone dot
 * @param options in the order of the file, one per name
 * @param warnings what the kubelet does silently
 */
public record NodeResolvConf(
    List<Entry> nameservers, List<Entry> searches, List<Entry> options, List<Warning> warnings) {

  /** A file of this size or more is refused, by the kubelet too. */
  public static final int SIZE_LIMIT_BYTES = 10 << 20;

  private static final int PROBLEMS_MAX = 20;
  private static final Pattern BLANKS = Pattern.compile("\\p{IsWhite_Space}+");

  public NodeResolvConf {
    nameservers = List.copyOf(nameservers);
    searches = List.copyOf(searches);
    options = List.copyOf(options);
    warnings = List.copyOf(warnings);
  }

  /**
   * Reads at most {@link #SIZE_LIMIT_BYTES}, so that a file without end does no harm.
   *
   * @throws RefusedException with {@code file:line} of each problem
   */
  public static NodeResolvConf read(Path file) {
    try (var in = Files.newInputStream(file)) {
      return parse(file.toString(), in.readNBytes(SIZE_LIMIT_BYTES));
    } catch (IOException e) {
      throw new RefusedException(file.toString(), "cannot be read: " + reason(e));
    }
  }

  /**
   * Reads what is in memory already.
   *
   * @param file the name that problems and origins carry
   * @throws RefusedException with {@code file:line} of each problem
   */
  public static NodeResolvConf parse(String file, byte[] content) {
    return new Parser(file).parse(content);
  }

  private static String reason(IOException e) {
    return switch (e) {
      case java.nio.file.NoSuchFileException missing -> "there is no such file";
      case java.nio.file.AccessDeniedException denied -> "permission denied";
      default -> String.valueOf(e.getMessage());
    };
  }

  /** One run over one file. */
  private static final class Parser {
    private final String file;
    private final List<Problem> problems = new ArrayList<>();
    private final List<Warning> warnings = new ArrayList<>();
    private final List<Entry> nameservers = new ArrayList<>();
    private final Map<String, Entry> optionsByName = new LinkedHashMap<>();
    private List<Entry> searches = List.of();
    private int searchLine;

    Parser(String file) {
      this.file = file;
    }

    NodeResolvConf parse(byte[] content) {
      if (content.length >= SIZE_LIMIT_BYTES) {
        throw new RefusedException(
            file, "is %d MiB or more; a resolv.conf is smaller".formatted(SIZE_LIMIT_BYTES >> 20));
      }
      var lines = decode(content).split("\n", -1);
      for (int at = 0; at < lines.length && problems.size() < PROBLEMS_MAX; at++) {
        line(lines[at], at + 1);
      }
      if (!problems.isEmpty()) {
        throw new RefusedException(problems);
      }
      if (!lines[lines.length - 1].isEmpty()) {
        warn(lines.length, Rule.NO_END_OF_LINE, "the last line has no end of line; is it whole?");
      }
      return new NodeResolvConf(
          nameservers, searches, List.copyOf(optionsByName.values()), warnings);
    }

    private String decode(byte[] content) {
      try {
        return UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
      } catch (CharacterCodingException e) {
        throw new RefusedException(
            file + ":" + lineOfBadByte(content), "is not text (bytes that are not UTF-8)");
      }
    }

    /** The decoder does not say where it stopped; the replacement character does. */
    private static int lineOfBadByte(byte[] content) {
      int line = 1;
      for (var text : new String(content, UTF_8).split("\n", -1)) {
        if (text.indexOf('\uFFFD') >= 0) {
          return line;
        }
        line++;
      }
      return line;
    }

    private void line(String line, int number) {
      int control = controlCharacter(line);
      if (control >= 0) {
        problems.add(new Problem(file + ":" + number, describe(line, control)));
        return;
      }
      var text = BLANKS.matcher(line).replaceAll(" ").strip();
      if (text.isEmpty() || text.startsWith("#")) {
        return;
      }
      var words = List.of(text.split(" "));
      var values = words.subList(1, words.size());
      switch (words.getFirst()) {
        case "nameserver" -> nameserver(values, number);
        case "search" -> search(values, number);
        case "options" -> options(values, number);
        default -> {
          if (!text.startsWith(";")) {
            warn(number, Rule.IGNORED_LINE, "pods do not get this '" + words.getFirst() + "' line");
          }
        }
      }
    }

    private void nameserver(List<String> values, int number) {
      if (values.isEmpty()) {
        problems.add(new Problem(file + ":" + number, "nameserver without an address"));
        return;
      }
      var address = values.getFirst();
      if (!IpLiteral.isValid(address)) {
        warn(number, Rule.UNUSABLE, "nameserver '" + address + "' is no plain IP address");
      }
      nameservers.add(entry(address, number));
    }

    private void search(List<String> values, int number) {
      if (searchLine > 0) {
        warn(number, Rule.IGNORED_LINE, "replaces the search line " + searchLine);
      }
      searchLine = number;
      // The dot goes so that a domain with and without it counts once. A lone one goes because
      // musl before 1.2.4 stumbles over it.
      searches =
          values.stream()
              .filter(domain -> !domain.equals("."))
              .map(domain ->
                  domain.endsWith(".") ? domain.substring(0, domain.length() - 1) : domain)
              .map(domain -> entry(domain, number))
              .toList();
    }

    private void options(List<String> values, int number) {
      for (var word : values) {
        optionsByName.put(DnsOption.parse(word).name(), entry(word, number));
      }
    }

    private Entry entry(String text, int number) {
      return new Entry(text, Origin.NODE, file + ":" + number);
    }

    private void warn(int number, Rule rule, String text) {
      warnings.add(new Warning(rule, file + ":" + number + ": " + text));
    }

    private static int controlCharacter(String line) {
      for (int at = 0; at < line.length(); at++) {
        char c = line.charAt(at);
        if ((c < ' ' && c != '\t') || c == 127) {
          return at;
        }
      }
      return -1;
    }

    private static String describe(String line, int at) {
      char c = line.charAt(at);
      if (c == '\r' && at == line.length() - 1) {
        return "ends in CR LF; glibc would take the CR for a part of the last word: use LF alone";
      }
      return c == 0
          ? "has a NUL byte in column " + (at + 1)
          : "has the control character 0x%02x in column %d".formatted((int) c, at + 1);
    }
  }
}

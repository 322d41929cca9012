package dev.byname.resolverconfig.resolvconf;

import static java.util.function.Predicate.not;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a libc's resolver reads out of a resolv.conf: less than is in it, and glibc and musl differ
 * in what they leave out.
 *
 * @param nameservers at most 3 (MAXNS); 127.0.0.1 when the file names none
 * @param ndots 0…15
 * @param timeoutSeconds glibc: for each try at each nameserver; musl: for the whole question
 * @param attempts how often the question is sent to a nameserver
 * @param flags the options without a value that this libc honours
 * @param remarks what the libc drops or reads differently
 */
public record LibcView(
    Libc libc,
    List<String> nameservers,
    List<String> searches,
    int ndots,
    int timeoutSeconds,
    int attempts,
    Set<String> flags,
    List<Warning> remarks) {

  /** musl reads lines into 256 bytes and passes over a line that does not fit, its end included. */
  private static final int MUSL_LINE_MAX = 255;

  private static final int NAMESERVERS_MAX = 3;
  private static final int NDOTS_MAX = 15;

  private static final Set<String> GLIBC_FLAGS =
      Set.of(
          "rotate",
          "single-request",
          "single-request-reopen",
          "use-vc",
          "no-aaaa",
          "no-tld-query",
          "no_tld_query",
          "edns0",
          "trust-ad",
          "no-reload",
          "inet6");

  public LibcView {
    nameservers = List.copyOf(nameservers);
    searches = List.copyOf(searches);
    flags = Set.copyOf(flags);
    remarks = List.copyOf(remarks);
  }

  /**
   * Reads a file's text as {@code libc} would; never fails, as a resolver never does.
   *
   * @param resolvConf lines that end in LF
   */
  public static LibcView of(Libc libc, String resolvConf) {
    return new Reader(libc).read(resolvConf);
  }

  LibcView withNdots(int other) {
    return new LibcView(
        libc, nameservers, searches, other, timeoutSeconds, attempts, flags, remarks);
  }

  private static final class Reader {
    private final Libc libc;
    private final List<String> nameservers = new ArrayList<>();
    private List<String> searches = List.of();
    private int ndots = 1;
    private int timeoutSeconds = 5;
    private int attempts = 2;
    private final Set<String> flags = new TreeSet<>();
    private final List<Warning> remarks = new ArrayList<>();

    Reader(Libc libc) {
      this.libc = libc;
    }

    LibcView read(String resolvConf) {
      resolvConf.lines().forEach(this::line);
      if (nameservers.size() > NAMESERVERS_MAX) {
        var lost = nameservers.subList(NAMESERVERS_MAX, nameservers.size());
        remark(
            "%s asks the first 3 nameservers, never %s"
                .formatted(libc.id(), String.join(" ", lost)));
        lost.clear();
      }
      if (nameservers.isEmpty()) {
        nameservers.add("127.0.0.1");
        remark("no nameserver: %s asks 127.0.0.1".formatted(libc.id()));
      }
      remarkOnSearches();
      return new LibcView(
          libc, nameservers, searches, ndots, timeoutSeconds, attempts, flags, remarks);
    }

    private void line(String line) {
      if (libc == Libc.MUSL && DnsNames.bytes(line) + 1 > MUSL_LINE_MAX) {
        remark(
            "musl passes over the whole %s line: it has %d characters, and %d are the most"
                .formatted(line.split("[ \t]", 2)[0], DnsNames.bytes(line), MUSL_LINE_MAX - 1));
        return;
      }
      var words = Arrays.stream(line.split("[ \t]+")).filter(not(String::isEmpty)).toList();
      // Neither libc takes a keyword that does not start its line.
      if (words.size() < 2 || !line.startsWith(words.getFirst())) {
        return;
      }
      var values = words.subList(1, words.size());
      switch (words.getFirst()) {
        case "nameserver" -> nameserver(values.getFirst());
        case "search" -> searches = values;
        case "domain" -> searches = libc == Libc.GLIBC ? List.of(values.getFirst()) : values;
        // Of two equal names on one line glibc takes the last, musl the first.
        case "options" ->
            (libc == Libc.GLIBC ? values : values.reversed())
                .forEach(word -> option(DnsOption.parse(word)));
        default -> {} // comments, sortlist and what nobody knows
      }
    }

    private void nameserver(String address) {
      int zone = address.indexOf('%');
      if (IpLiteral.isValid(zone < 0 ? address : address.substring(0, zone))) {
        nameservers.add(address);
      } else {
        remark("%s passes over nameserver %s: no IP address".formatted(libc.id(), address));
      }
    }

    private void option(DnsOption option) {
      var value = option.value();
      if (value == null) {
        flag(option.name());
        return;
      }
      switch (option.name()) {
        case "ndots" -> ndots = capped(option, value, NDOTS_MAX);
        case "timeout" -> timeoutSeconds = capped(option, value, libc == Libc.GLIBC ? 30 : 60);
        case "attempts" -> attempts = capped(option, value, libc == Libc.GLIBC ? 5 : 10);
        default -> unknownOption(option.text());
      }
    }

    private void flag(String name) {
      if (libc == Libc.GLIBC && GLIBC_FLAGS.contains(name)) {
        flags.add(name.replace('_', '-'));
      } else {
        unknownOption(name);
      }
    }

    private int capped(DnsOption option, String value, int max) {
      int number = leadingNumber(value, max);
      if (number > max) {
        remark("%s takes %s for %s:%d".formatted(libc.id(), option.text(), option.name(), max));
        return max;
      }
      return number;
    }

    /** As atoi: the digits in front, 0 when there are none; anything over {@code max} is max+1. */
    private static int leadingNumber(String text, int max) {
      int number = 0;
      for (int at = 0; at < text.length() && Character.digit(text.charAt(at), 10) >= 0; at++) {
        number = Math.min(number * 10 + Character.digit(text.charAt(at), 10), max + 1);
      }
      return number;
    }

    private void remarkOnSearches() {
      int line = DnsNames.bytes(String.join(" ", searches));
      if (libc == Libc.GLIBC && (searches.size() > 6 || line > 255)) {
        remark(
            "glibc before 2.26 uses 6 search entries and 255 characters; here are %d and %d"
                .formatted(searches.size(), line));
      }
      if (libc == Libc.MUSL && searches.contains(".")) {
        remark(
            "musl before 1.2.4 sends a malformed question for the search entry '.' and fails when"
                + " that gets FORMERR");
      }
    }

    private void unknownOption(String text) {
      remarks.add(
          new Warning(
              Rule.LIBC_OPTION, "%s does not know the option %s".formatted(libc.id(), text)));
    }

    private void remark(String text) {
      remarks.add(new Warning(Rule.LIBC_LIMIT, text));
    }
  }
}

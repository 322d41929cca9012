package dev.byname.corefile;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * One argument as a value. Text that is not such a value is reported, with what to write instead,
 * and comes back as nothing.
 */
public final class ArgumentReader {
  private static final Pattern BYTES = Pattern.compile("([0-9]{1,18})([kKMGT]i?)?B?");

  private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,18}(\\.[0-9]{1,18})?");

  private final String owner;
  private final Argument argument;
  private final Problems problems;

  /**
   * A reader of one argument.
   *
   * @param owner the directive or option that the argument belongs to, for messages
   */
  public ArgumentReader(String owner, Argument argument, Problems problems) {
    this.owner = owner;
    this.argument = argument;
    this.problems = problems;
  }

  public String text() {
    return argument.text();
  }

  public Location location() {
    return argument.location();
  }

  /** Reports something about this argument; the message is put behind its owner's name. */
  public void complain(String message) {
    problems.add(argument.location(), owner + ": " + message);
  }

  /** A whole number from min to max, both allowed. */
  public OptionalInt integer(int min, int max) {
    var number = longInteger(min, max);
    return number.isPresent() ? OptionalInt.of((int) number.getAsLong()) : OptionalInt.empty();
  }

  /** A whole number from min to max, both allowed. */
  public OptionalLong longInteger(long min, long max) {
    long number;
    try {
      number = Long.parseLong(text());
    } catch (NumberFormatException noNumber) {
      complain("\"%s\" is not a whole number (%s)".formatted(shown(), range(min, max)));
      return OptionalLong.empty();
    }
    if (number < min || number > max) {
      complain("%d is out of range (%s)".formatted(number, range(min, max)));
      return OptionalLong.empty();
    }
    return OptionalLong.of(number);
  }

  private static String range(long min, long max) {
    return max >= Integer.MAX_VALUE ? "at least " + min : min + " to " + max;
  }

  /** A share: a decimal number from min to max, both allowed. */
  public Optional<Double> decimal(double min, double max) {
    if (DECIMAL.matcher(text()).matches()) {
      var number = Double.parseDouble(text());
      if (number >= min && number <= max) {
        return Optional.of(number);
      }
    }
    complain("\"%s\" is not a number from %s to %s".formatted(shown(), min, max));
    return Optional.empty();
  }

  /** A percentage, written with or without the sign: {@code 10%}. */
  public OptionalInt percentage(int min, int max) {
    var digits = text().endsWith("%") ? text().substring(0, text().length() - 1) : text();
    return new ArgumentReader(owner, new Argument(digits, location()), problems).integer(min, max);
  }

  /** A length of time in Go's spelling, from min to max, both allowed. */
  public Optional<Duration> duration(Duration min, Duration max) {
    var duration = GoDuration.parse(text());
    if (duration.isEmpty()) {
      complain(
          "\"%s\" is not a duration; write 5s, 1m30s or 250ms, for example%s"
              .formatted(shown(), isNumber() ? " (a unit is missing)" : ""));
    }
    return duration.filter(value -> inRange(value, min, max));
  }

  /** As {@link #duration}, but a number without a unit means seconds, where CoreDNS takes that. */
  public Optional<Duration> durationOrSeconds(Duration min, Duration max) {
    if (!isNumber()) {
      return duration(min, max);
    }
    return GoDuration.parse(text() + "s")
        .or(() -> {
          complain("\"%s\" is too long a duration".formatted(shown()));
          return Optional.empty();
        })
        .filter(value -> inRange(value, min, max));
  }

  private boolean isNumber() {
    return !text().isEmpty() && text().chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private boolean inRange(Duration value, Duration min, Duration max) {
    if (value.compareTo(min) >= 0 && value.compareTo(max) <= 0) {
      return true;
    }
    complain(
        "%s is out of range (%s)"
            .formatted(
                GoDuration.format(value),
                max.equals(GoDuration.MAX)
                    ? "at least " + GoDuration.format(min)
                    : GoDuration.format(min) + " to " + GoDuration.format(max)));
    return false;
  }

  /** {@code on}, {@code true}, {@code yes}, or {@code off}, {@code false}, {@code no}. */
  public Optional<Boolean> onOff() {
    return switch (text().toLowerCase(Locale.ROOT)) {
      case "on", "true", "yes" -> Optional.of(true);
      case "off", "false", "no" -> Optional.of(false);
      default -> {
        complain("\"%s\" is neither on nor off".formatted(shown()));
        yield Optional.empty();
      }
    };
  }

  /**
   * A number of bytes, from min to max, both allowed. Units as Kubernetes has them: {@code 64Ki},
   * {@code 16Mi}, {@code 1Gi} are powers of 1024, {@code 64k}, {@code 16M}, {@code 1G} of 1000; a B
   * behind them changes nothing.
   */
  public OptionalLong bytes(long min, long max) {
    var matcher = BYTES.matcher(text());
    if (!matcher.matches()) {
      complain("\"%s\" is not a size; write 4096, 64Ki or 16Mi, for example".formatted(shown()));
      return OptionalLong.empty();
    }
    var unit = matcher.group(2) == null ? "" : matcher.group(2);
    var base = unit.endsWith("i") ? 1024L : 1000L;
    var power = unit.isEmpty() ? 0 : "KMGT".indexOf(Character.toUpperCase(unit.charAt(0))) + 1;
    var bytes = Long.parseLong(matcher.group(1));
    for (int i = 0; i < power && bytes <= max; i++) {
      bytes = Math.multiplyExact(Math.min(bytes, Long.MAX_VALUE / base), base);
    }
    if (bytes < min || bytes > max) {
      complain("%s is out of range (%d to %d bytes)".formatted(shown(), min, max));
      return OptionalLong.empty();
    }
    return OptionalLong.of(bytes);
  }

  /** An IP address. */
  public Optional<InetAddress> ip() {
    return IpLiteral.parse(text()).or(() -> refuse("is not an IP address"));
  }

  /** A block of addresses: {@code 10.0.0.0/8}; a bare address is the block of itself. */
  public Optional<Cidr> cidr() {
    return Cidr.parse(text())
        .or(() -> IpLiteral.parse(text()).map(Cidr::of))
        .or(() -> refuse("is neither an IP address nor a CIDR block"));
  }

  /**
   * An IP address with or without a port; an IPv6 one with a port needs brackets.
   *
   * @param defaultPort for text without a port
   */
  public Optional<InetSocketAddress> ipPort(int defaultPort) {
    return HostPort.parse(text(), defaultPort)
        .flatMap(hostPort ->
            IpLiteral.parse(hostPort.host())
                .map(address -> new InetSocketAddress(address, hostPort.port())))
        .or(() -> refuse("is not an IP address with or without a port"));
  }

  /**
   * Where to listen: an address or name with a port, or {@code :port} for all addresses.
   *
   * @param defaultPort for text without a port
   */
  public Optional<HostPort> hostPort(int defaultPort) {
    return HostPort.parse(text(), defaultPort)
        .filter(hostPort ->
            hostPort.host().isEmpty()
                || IpLiteral.isOne(withoutZone(hostPort.host()))
                || (hostPort.host().indexOf(':') < 0
                    && ZoneNames.complaint(hostPort.host()) == null))
        .or(() ->
            refuse("is not an address; write :8080, 127.0.0.1:8080 or [::1]:8080, for example"));
  }

  private static String withoutZone(String host) {
    var percent = host.indexOf('%');
    return percent < 0 ? host : host.substring(0, percent);
  }

  /** A domain name, in lower case and with the trailing dot. */
  public Optional<String> domainName() {
    var complaint = ZoneNames.complaint(text());
    if (complaint != null) {
      complain("\"%s\" is no domain name: %s".formatted(shown(), complaint));
      return Optional.empty();
    }
    return Optional.of(ZoneNames.normalised(text()));
  }

  /**
   * The zones of a zone argument: one domain name, or the reverse zones of a CIDR block. Scheme and
   * port may stand around it, and are dropped, as CoreDNS does.
   */
  public List<String> zones() {
    return KeyReader.read(argument, Scheme.DNS.defaultPort(), problems).stream()
        .map(ServerKey::zone)
        .toList();
  }

  /** One of a few words, exactly as written here. */
  public Optional<String> word(String... allowed) {
    return oneOf(List.of(allowed), Function.identity());
  }

  /** The enum constant whose name is this word: {@code ROUND_ROBIN} for {@code round_robin}. */
  public <E extends Enum<E>> Optional<E> word(Class<E> type) {
    return oneOf(
        Arrays.asList(type.getEnumConstants()),
        constant -> constant.name().toLowerCase(Locale.ROOT));
  }

  /** One of a few values, each known by a word. */
  public <T> Optional<T> oneOf(List<T> values, Function<? super T, String> word) {
    for (var value : values) {
      if (word.apply(value).equals(text())) {
        return Optional.of(value);
      }
    }
    var words = values.stream().<String>map(word).toList();
    complain(
        "\"%s\" is not one of %s%s"
            .formatted(shown(), String.join(", ", words), NearestWord.hint(text(), words)));
    return Optional.empty();
  }

  /**
   * The name of a file or folder.
   *
   * @param root what relative names are relative to: the {@code root} directive's, or the working
   *     directory
   */
  public Optional<Path> path(Path root) {
    try {
      return text().isEmpty()
          ? refuse("is not the name of a file")
          : Optional.of(root.resolve(text()));
    } catch (InvalidPathException noPath) {
      return refuse("is not the name of a file");
    }
  }

  private <T> Optional<T> refuse(String why) {
    complain("\"%s\" %s".formatted(shown(), why));
    return Optional.empty();
  }

  private String shown() {
    return Lexer.shortened(text());
  }
}

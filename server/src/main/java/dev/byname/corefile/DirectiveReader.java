package dev.byname.corefile;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Turns a directive into a plugin's config record. Every value comes back as an {@code Optional},
 * empty when it is not there or when it is wrong, which is then reported; so the default stands at
 * the call:
 *
 * <pre>{@code
 * static ForwardConfig read(Directive directive, Problems problems) {
 *   var in = new DirectiveReader(directive, problems);
 *   var config =
 *       new ForwardConfig(
 *           in.takes(2, 16) ? in.argument(0).zones() : List.of(),
 *           in.option("max_fails").integer(0, Integer.MAX_VALUE).orElse(2),
 *           in.option("expire").duration(Duration.ZERO, GoDuration.MAX).orElse(Duration.ofSeconds(10)),
 *           in.option("policy").word(Policy.class).orElse(Policy.RANDOM),
 *           in.flag("force_tcp"));
 *   in.done();
 *   return config;
 * }
 * }</pre>
 *
 * <p>A line of the directive's block is an <em>option</em>: it has the same shape, so {@link
 * #option} hands out a reader of the same kind, also when there is no such line. {@link #done}
 * reports the options nobody asked for, with the nearest of those that were. Never throws for what
 * an operator wrote. Used by the thread that loads the configuration.
 */
public final class DirectiveReader {
  private final String name;
  private final @Nullable Directive directive;
  private final Problems problems;

  /**
   * The options somebody asked for, in that order; null values stand for options that are no error.
   */
  private final Set<String> knownOptions = new LinkedHashSet<>();

  private final List<DirectiveReader> optionReaders = new ArrayList<>();
  private boolean blockAllowed;

  /** Of an option that is refused or passed over as a whole, nothing inside matters. */
  private boolean anythingGoes;

  public DirectiveReader(Directive directive, Problems problems) {
    this(directive.name(), directive, problems);
  }

  private DirectiveReader(String name, @Nullable Directive directive, Problems problems) {
    this.name = name;
    this.directive = directive;
    this.problems = problems;
  }

  /**
   * For plugins that make no sense twice in a server block: the first of the directives, and an
   * error at each further one. As an absent option when there is none.
   */
  public static DirectiveReader once(ServerBlock block, String name, Problems problems) {
    var directives = block.directives(name);
    if (directives.isEmpty()) {
      return new DirectiveReader(name, null, problems);
    }
    return once(directives, problems);
  }

  /** The same for the directives of one name, of which there is one at least. */
  public static DirectiveReader once(List<Directive> directives, Problems problems) {
    var first = directives.getFirst();
    for (var again : directives.subList(1, directives.size())) {
      problems.add(
          again.location(),
          "%s can be given only once in a server block; it already is in %s"
              .formatted(first.name(), first.location()));
    }
    return new DirectiveReader(first, problems);
  }

  /** Whether the directive or option stands in the file. */
  public boolean isPresent() {
    return directive != null;
  }

  public String name() {
    return name;
  }

  /** Where the directive stands; without a line when it is absent. */
  public Location location() {
    return directive == null ? Location.of(name) : directive.location();
  }

  /** Reports something about the directive as a whole; the message is put behind its name. */
  public void complain(String message) {
    problems.add(location(), name + ": " + message);
  }

  /** As {@link #complain}, but the configuration is used. */
  public void warn(String message) {
    problems.warn(location(), name + ": " + message);
  }

  // ---- arguments ----

  /** Whether there are exactly so many arguments; otherwise that is reported. False when absent. */
  public boolean takes(int count) {
    return takes(count, count);
  }

  /**
   * Whether there are at least so many arguments; otherwise that is reported. False when absent.
   */
  public boolean takesAtLeast(int min) {
    return takes(min, Integer.MAX_VALUE);
  }

  /**
   * Whether the number of arguments is in this range; otherwise that is reported. False when
   * absent.
   */
  public boolean takes(int min, int max) {
    if (directive == null) {
      return false;
    }
    var count = directive.arguments().size();
    if (count >= min && count <= max) {
      return true;
    }
    complain("takes %s, found %s".formatted(expected(min, max), count == 0 ? "none" : count));
    return false;
  }

  private static String expected(int min, int max) {
    if (max == 0) {
      return "no argument";
    }
    if (max == Integer.MAX_VALUE) {
      return "at least " + arguments(min);
    }
    return min == max ? arguments(min) : min + " to " + arguments(max);
  }

  private static String arguments(int count) {
    return count == 1 ? "1 argument" : count + " arguments";
  }

  /** How many there are; 0 when absent. */
  public int argumentCount() {
    return directive == null ? 0 : directive.arguments().size();
  }

  /**
   * An argument, counted from 0.
   *
   * @throws IndexOutOfBoundsException ask {@link #takes} or {@link #argumentCount} first
   */
  public ArgumentReader argument(int index) {
    if (directive == null) {
      throw new IndexOutOfBoundsException(name + " is absent");
    }
    return new ArgumentReader(name, directive.arguments().get(index), problems);
  }

  /** All arguments from this one on; none when there are fewer. */
  public List<ArgumentReader> argumentsFrom(int index) {
    var readers = new ArrayList<ArgumentReader>();
    for (int i = index; i < argumentCount(); i++) {
      readers.add(argument(i));
    }
    return readers;
  }

  /** The one argument of an option that has exactly one. */
  public Optional<ArgumentReader> only() {
    return takes(1) ? Optional.of(argument(0)) : Optional.empty();
  }

  /** The one argument; see {@link ArgumentReader#text}. */
  public Optional<String> text() {
    return only().map(ArgumentReader::text);
  }

  /** The one argument; see {@link ArgumentReader#integer}. */
  public OptionalInt integer(int min, int max) {
    return takes(1) ? argument(0).integer(min, max) : OptionalInt.empty();
  }

  /** The one argument; see {@link ArgumentReader#bytes}. */
  public OptionalLong bytes(long min, long max) {
    return takes(1) ? argument(0).bytes(min, max) : OptionalLong.empty();
  }

  /** The one argument; see {@link ArgumentReader#duration}. */
  public Optional<Duration> duration(Duration min, Duration max) {
    return only().flatMap(argument -> argument.duration(min, max));
  }

  /** The one argument; see {@link ArgumentReader#durationOrSeconds}. */
  public Optional<Duration> durationOrSeconds(Duration min, Duration max) {
    return only().flatMap(argument -> argument.durationOrSeconds(min, max));
  }

  /** The one argument; see {@link ArgumentReader#onOff}. */
  public Optional<Boolean> onOff() {
    return only().flatMap(ArgumentReader::onOff);
  }

  /** The one argument; see {@link ArgumentReader#ip}. */
  public Optional<InetAddress> ip() {
    return only().flatMap(ArgumentReader::ip);
  }

  /** The one argument; see {@link ArgumentReader#hostPort}. */
  public Optional<HostPort> hostPort(int defaultPort) {
    return only().flatMap(argument -> argument.hostPort(defaultPort));
  }

  /** The one argument; see {@link ArgumentReader#domainName}. */
  public Optional<String> domainName() {
    return only().flatMap(ArgumentReader::domainName);
  }

  /** The one argument; see {@link ArgumentReader#word(String...)}. */
  public Optional<String> word(String... allowed) {
    return only().flatMap(argument -> argument.word(allowed));
  }

  /** The one argument; see {@link ArgumentReader#word(Class)}. */
  public <E extends Enum<E>> Optional<E> word(Class<E> type) {
    return only().flatMap(argument -> argument.word(type));
  }

  /** The one argument; see {@link ArgumentReader#path}. */
  public Optional<Path> path(Path root) {
    return only().flatMap(argument -> argument.path(root));
  }

  /** All arguments, of which there must be one at least. */
  public List<String> texts() {
    return takesAtLeast(1)
        ? argumentsFrom(0).stream().map(ArgumentReader::text).toList()
        : List.of();
  }

  /** All arguments, of which there must be one at least, as addresses or blocks of addresses. */
  public List<Cidr> cidrs() {
    return all(ArgumentReader::cidr);
  }

  /** All arguments, of which there must be one at least, as addresses with or without a port. */
  public List<InetSocketAddress> ipPorts(int defaultPort) {
    return all(argument -> argument.ipPort(defaultPort));
  }

  /** All arguments, of which there must be one at least, as zones. */
  public List<String> zones() {
    return takesAtLeast(1) ? zonesFrom(0, List.of()) : List.of();
  }

  /**
   * The arguments from this one on as zones, or these others when there are none: {@code cache 30
   * example.org} is {@code zonesFrom(1, block.zones())}, {@code fallthrough} without an argument
   * means the root. Empty when absent.
   */
  public List<String> zonesFrom(int index, List<String> otherwise) {
    if (directive == null) {
      return List.of();
    }
    return argumentCount() <= index
        ? otherwise
        : argumentsFrom(index).stream().flatMap(argument -> argument.zones().stream()).toList();
  }

  /** All arguments, of which there must be one at least, that are such values. */
  public <T> List<T> all(Function<ArgumentReader, Optional<T>> reader) {
    return takesAtLeast(1)
        ? argumentsFrom(0).stream().map(reader).flatMap(Optional::stream).toList()
        : List.of();
  }

  // ---- options ----

  /**
   * The option of this name, or an absent one. Given several times, the last counts, as in CoreDNS,
   * and that is a warning.
   */
  public DirectiveReader option(String optionName) {
    var readers = options(optionName);
    if (readers.isEmpty()) {
      return new DirectiveReader(optionName, null, problems);
    }
    var last = readers.getLast();
    for (var earlier : readers.subList(0, readers.size() - 1)) {
      problems.warn(
          earlier.location(),
          "%s is given again in %s, and that one counts".formatted(optionName, last.location()));
    }
    return last;
  }

  /** All options of this name, in the file's order. */
  public List<DirectiveReader> options(String optionName) {
    knownOptions.add(optionName);
    blockAllowed = true;
    return directive == null
        ? List.of()
        : directive.options(optionName).stream().map(this::readerOf).toList();
  }

  /**
   * All options of whatever name, in the file's order: for blocks whose lines are data ({@code
   * hosts}) or whose order matters ({@code rewrite}). The caller then reports unknown ones himself.
   */
  public List<DirectiveReader> options() {
    blockAllowed = true;
    if (directive == null) {
      return List.of();
    }
    directive.block().forEach(option -> knownOptions.add(option.name()));
    return directive.block().stream().map(this::readerOf).toList();
  }

  @SuppressWarnings("ReferenceEquality") // this line, not one like it
  private DirectiveReader readerOf(Directive option) {
    for (var reader : optionReaders) {
      if (reader.directive == option) {
        return reader;
      }
    }
    var reader = new DirectiveReader(option, problems);
    optionReaders.add(reader);
    return reader;
  }

  /** Whether the option stands there; it takes no argument. */
  public boolean flag(String optionName) {
    var option = option(optionName);
    return option.isPresent() && option.takes(0);
  }

  /** An option of CoreDNS that Byname does not have: an error that says so. */
  public void unsupported(String optionName, String why) {
    for (var option : options(optionName)) {
      option.anythingGoes = true;
      problems.add(
          option.location(),
          "option \"%s\" of %s is known to CoreDNS but not supported by Byname: %s"
              .formatted(optionName, name, why));
    }
  }

  /** An option that CoreDNS takes, or once took, and that changes nothing here: a warning. */
  public void ignored(String optionName, String why) {
    for (var option : options(optionName)) {
      option.anythingGoes = true;
      problems.warn(
          option.location(), "option \"%s\" of %s is ignored: %s".formatted(optionName, name, why));
    }
  }

  /** An option under its old name: read as the new one, with a warning. */
  public DirectiveReader renamedOption(String optionName, String oldName) {
    var renamed = option(optionName);
    var old = option(oldName);
    if (old.isPresent()) {
      problems.warn(
          old.location(),
          "option \"%s\" of %s is now called %s".formatted(oldName, name, optionName));
    }
    return renamed.isPresent() ? renamed : old;
  }

  /** To be called when everything was asked for: reports the options that nobody knows. */
  public void done() {
    if (directive == null || directive.block().isEmpty() || anythingGoes) {
      return;
    }
    if (!blockAllowed) {
      complain("takes no block in braces");
      return;
    }
    for (var option : directive.block()) {
      if (!knownOptions.contains(option.name())) {
        problems.add(
            option.location(),
            "unknown option \"%s\" in %s%s"
                .formatted(
                    Lexer.shortened(option.name()),
                    name,
                    NearestWord.hint(option.name(), knownOptions)));
      }
    }
    optionReaders.forEach(DirectiveReader::done);
  }
}

package dev.byname.plugin.rewrite;

import dev.byname.corefile.ArgumentReader;
import dev.byname.corefile.DirectiveReader;
import dev.byname.plugin.GoRegex;
import dev.byname.plugin.rewrite.EdnsEdit.Action;
import dev.byname.plugin.rewrite.EdnsEdit.Data;
import dev.byname.plugin.rewrite.EdnsEdit.Variable;
import dev.byname.plugin.rewrite.Renaming.Kind;
import dev.byname.plugin.rewrite.RewriteConfig.Line;
import dev.byname.rdata.Edns;
import dev.byname.rdata.RecordType;
import dev.byname.wire.DomainName;
import dev.byname.wire.Rcode;
import dev.byname.wire.RecordTypes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the words of one directive. */
final class RuleReader {
  private static final String FIELDS = "name, type, class, ttl, rcode, cname or edns0";
  private static final Pattern TTL = Pattern.compile("(\\d{0,10})(-?)(\\d{0,10})");
  private static final Pattern LABEL = Pattern.compile("\\{([^{}/\\s]+/[^{}\\s]+)}");
  private static final Map<String, Integer> CLASSES =
      Map.of("IN", RecordTypes.CLASS_IN, "CH", RecordTypes.CLASS_CH, "HS", 4);

  /** RFC 2181 section 8. */
  private static final long TTL_MAX_SECONDS = Integer.MAX_VALUE;

  private final DirectiveReader in;
  private final List<ArgumentReader> words;
  private int at;

  RuleReader(DirectiveReader in, List<ArgumentReader> words) {
    this.in = in;
    this.words = words;
  }

  Optional<Line> read() {
    boolean goesOn = nextIs("continue");
    if (!goesOn) {
      nextIs("stop");
    }
    if (left() == 0) {
      in.complain("needs a rule: " + FIELDS);
      return Optional.empty();
    }
    ArgumentReader field = words.get(at++);
    Optional<Rule> rule =
        switch (lower(field)) {
          case "name" -> name();
          case "type" -> takes(field, 2, 2) ? type() : Optional.empty();
          case "class" -> takes(field, 2, 2) ? queryClass() : Optional.empty();
          case "ttl" -> takes(field, 2, 3) ? ttl() : Optional.empty();
          case "rcode" -> takes(field, 3, 4) ? rcode() : Optional.empty();
          case "cname" -> takes(field, 2, 3) ? cname() : Optional.empty();
          case "edns0" -> edns0(field);
          case "answer" -> {
            field.complain("answer must stand behind a name rule");
            yield Optional.empty();
          }
          default -> {
            field.complain("\"%s\" is no rule: %s".formatted(field.text(), FIELDS));
            yield Optional.empty();
          }
        };
    return rule.map(found -> new Line(found, !goesOn));
  }

  private int left() {
    return words.size() - at;
  }

  private boolean nextIs(String word) {
    if (left() > 0 && lower(words.get(at)).equals(word)) {
      at++;
      return true;
    }
    return false;
  }

  private static String lower(ArgumentReader word) {
    return word.text().toLowerCase(Locale.ROOT);
  }

  private boolean takes(ArgumentReader field, int min, int max) {
    if (left() >= min && left() <= max) {
      return true;
    }
    field.complain(
        "%s must have %s behind it, found %d".formatted(field.text(), words(min, max), left()));
    return false;
  }

  private static String words(int min, int max) {
    return switch (max) {
      case 0 -> "nothing";
      case 1 -> "one word";
      default -> (min == max ? "" : min + " or ") + max + " words";
    };
  }

  // ---- names

  private Optional<Rule> name() {
    if (left() < 2) {
      in.complain("name needs what to look for and what to ask for instead");
      return Optional.empty();
    }
    Optional<Kind> kind = left() == 2 ? Optional.of(Kind.EXACT) : kind();
    if (kind.isEmpty() || left() < 2) {
      return Optional.empty();
    }
    Optional<Renaming> renaming = renaming(kind.get(), words.get(at++), words.get(at++));
    List<AnswerEdit> answers = new ArrayList<>();
    Optional<Boolean> auto = answers(answers);
    if (renaming.isEmpty() || auto.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        switch (kind.get()) {
          case EXACT -> new Rule.Name(renaming.get(), true, answers);
          case PREFIX, SUBSTRING, REGEX -> new Rule.Name(renaming.get(), auto.get(), answers);
          case SUFFIX -> {
            // More than the name that was asked for can be put back: every name with the suffix.
            List<AnswerEdit> all = new ArrayList<>();
            if (auto.get()) {
              var back =
                  new Renaming(Kind.SUFFIX, renaming.get().to(), renaming.get().from(), null);
              all.add(new AnswerEdit.Owners(back));
              all.add(new AnswerEdit.Values(back));
            }
            all.addAll(answers);
            yield new Rule.Name(renaming.get(), false, all);
          }
        });
  }

  private Optional<Kind> kind() {
    ArgumentReader word = words.get(at++);
    for (Kind kind : Kind.values()) {
      if (kind.name().equalsIgnoreCase(word.text())) {
        return Optional.of(kind);
      }
    }
    return word.word(Kind.class); // complains
  }

  private static Optional<Renaming> renaming(Kind kind, ArgumentReader from, ArgumentReader to) {
    if (kind == Kind.REGEX) {
      return regexRenaming(from, to);
    }
    var renaming = new Renaming(kind, normalised(from), normalised(to), null);
    if (kind == Kind.EXACT) {
      boolean legal = true;
      for (ArgumentReader name : List.of(from, to)) {
        if (DomainName.parse(normalised(name)) == null) {
          name.complain("\"%s\" is no domain name".formatted(name.text()));
          legal = false;
        }
      }
      return legal ? Optional.of(renaming) : Optional.empty();
    }
    return Optional.of(renaming);
  }

  private static Optional<Renaming> regexRenaming(ArgumentReader from, ArgumentReader to) {
    return GoRegex.read(from)
        .flatMap(regex -> {
          int highest = Renaming.highestGroup(to.text());
          if (highest > regex.groupCount()) {
            to.complain(
                "\"%s\" uses group %d, but \"%s\" has %d"
                    .formatted(to.text(), highest, from.text(), regex.groupCount()));
            return Optional.empty();
          }
          return Optional.of(Renaming.ofRegex(regex, normalised(to)));
        });
  }

  /** As CoreDNS, also where it is only a part of a name: lower case, with a final dot. */
  private static String normalised(ArgumentReader word) {
    String text = lower(word);
    return text.endsWith(".") && !text.endsWith("\\.") ? text : text + ".";
  }

  /**
   * The changes of the answer that a name rule asks for.
   *
   * @return whether {@code auto} is among them; empty when something is wrong
   */
  private Optional<Boolean> answers(List<AnswerEdit> answers) {
    boolean auto = false;
    boolean owners = false;
    boolean first = true;
    while (left() > 0) {
      ArgumentReader word = words.get(at);
      if (!nextIs("answer") && first) {
        word.complain("\"%s\" is one too many; only answer may follow".formatted(word.text()));
        return Optional.empty();
      }
      first = false;
      if (left() == 0) {
        word.complain("answer needs auto, name or value");
        return Optional.empty();
      }
      ArgumentReader what = words.get(at++);
      if (what.text().equals("auto")) {
        auto = true;
        continue;
      }
      // As CoreDNS's README writes it, though auto is the whole of it.
      boolean names = what.text().equals("name");
      if (names && nextIs("auto")) {
        auto = true;
        continue;
      }
      if (what.word("auto", "name", "value").isEmpty()) {
        return Optional.empty();
      }
      if (left() < 2) {
        what.complain("answer %s needs a regular expression and a name".formatted(what.text()));
        return Optional.empty();
      }
      Optional<Renaming> renaming = regexRenaming(words.get(at++), words.get(at++));
      if (renaming.isEmpty()) {
        return Optional.empty();
      }
      owners |= names;
      answers.add(
          names ? new AnswerEdit.Owners(renaming.get()) : new AnswerEdit.Values(renaming.get()));
    }
    if (auto && owners) {
      in.complain("answer auto and answer name cannot stand together");
      return Optional.empty();
    }
    return Optional.of(auto);
  }

  // ---- the other fields

  private Optional<Rule> type() {
    return recordType(words.get(at))
        .flatMap(from -> recordType(words.get(at + 1)).map(to -> new Rule.Type(from, to)));
  }

  private static Optional<RecordType> recordType(ArgumentReader word) {
    RecordType type = RecordType.parse(word.text());
    if (type == null) {
      word.complain("\"%s\" is no record type".formatted(word.text()));
    }
    return Optional.ofNullable(type);
  }

  private Optional<Rule> queryClass() {
    return queryClass(words.get(at))
        .flatMap(from -> queryClass(words.get(at + 1)).map(to -> new Rule.QueryClass(from, to)));
  }

  private static Optional<Integer> queryClass(ArgumentReader word) {
    Integer value = CLASSES.get(word.text().toUpperCase(Locale.ROOT));
    if (value == null) {
      word.complain("\"%s\" is not one of IN, CH, HS".formatted(word.text()));
    }
    return Optional.ofNullable(value);
  }

  /** The names of {@code ttl} and {@code rcode} rules; what they would become matters to nobody. */
  private Optional<Renaming> names(boolean withKind) {
    Optional<Kind> kind = withKind ? kind() : Optional.of(Kind.EXACT);
    if (kind.isEmpty()) {
      return Optional.empty();
    }
    ArgumentReader name = words.get(at++);
    return kind.get() == Kind.REGEX
        ? GoRegex.read(name).map(regex -> Renaming.ofRegex(regex, ""))
        : Optional.of(new Renaming(kind.get(), normalised(name), "", null));
  }

  private Optional<Rule> ttl() {
    Optional<Renaming> names = names(left() == 3);
    ArgumentReader word = words.getLast();
    Matcher range = TTL.matcher(word.text());
    if (!range.matches() || (range.group(1).isEmpty() && range.group(3).isEmpty())) {
      word.complain("\"%s\" is no TTL: write 30, 30-300, 30- or -300".formatted(word.text()));
      return Optional.empty();
    }
    boolean single = range.group(2).isEmpty();
    long min = range.group(1).isEmpty() ? 0 : Long.parseLong(range.group(1));
    long max =
        single ? min : range.group(3).isEmpty() ? TTL_MAX_SECONDS : Long.parseLong(range.group(3));
    if (min > max || max > TTL_MAX_SECONDS) {
      word.complain(
          "\"%s\" is no range of TTLs (0 to %d, the lower one first)"
              .formatted(word.text(), TTL_MAX_SECONDS));
      return Optional.empty();
    }
    return names.map(some -> new Rule.Answer(some, new AnswerEdit.Ttl(min, max)));
  }

  private Optional<Rule> rcode() {
    Optional<Renaming> names = names(left() == 4);
    OptionalInt from = rcode(words.get(words.size() - 2));
    OptionalInt to = rcode(words.getLast());
    return names.isEmpty() || from.isEmpty() || to.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Rule.Answer(
                names.get(), new AnswerEdit.ResponseCode(from.getAsInt(), to.getAsInt())));
  }

  private static OptionalInt rcode(ArgumentReader word) {
    String text = word.text();
    int value =
        text.matches("\\d{1,2}")
            ? Integer.parseInt(text)
            : text.equalsIgnoreCase("BADSIG") ? Rcode.BADVERS : Rcode.parse(text);
    if (value < 0 || value > Rcode.BADCOOKIE) {
      word.complain("\"%s\" is no response code".formatted(text));
      return OptionalInt.empty();
    }
    return OptionalInt.of(value);
  }

  private Optional<Rule> cname() {
    Optional<Kind> kind = left() == 3 ? kind() : Optional.of(Kind.EXACT);
    if (kind.isEmpty()) {
      return Optional.empty();
    }
    ArgumentReader from = words.get(at++);
    ArgumentReader to = words.get(at++);
    Optional<Renaming> targets =
        switch (kind.get()) {
          case EXACT, REGEX -> renaming(kind.get(), from, to);
          // As CoreDNS: parts of targets, unlike parts of names, get no final dot.
          case PREFIX, SUFFIX, SUBSTRING ->
              Optional.of(new Renaming(kind.get(), lower(from), lower(to), null));
        };
    return targets.map(Rule.Alias::new);
  }

  // ---- EDNS

  private Optional<Rule> edns0(ArgumentReader field) {
    if (left() < 2) {
      field.complain("edns0 needs local, nsid or subnet, and set, append, replace or unset");
      return Optional.empty();
    }
    Optional<String> option = words.get(at++).word("local", "nsid", "subnet");
    ArgumentReader verb = words.get(at++);
    Optional<Action> action = verb.word(Action.class);
    if (option.isEmpty() || action.isEmpty()) {
      return Optional.empty();
    }
    boolean unset = action.get() == Action.UNSET;
    boolean revert = !unset && left() > 0 && words.getLast().text().equals("revert");
    if (revert) {
      words.removeLast();
    }
    return switch (option.get()) {
      case "local" ->
          takes(verb, unset ? 1 : 2, unset ? 1 : 2)
              ? local(action.get(), revert)
              : Optional.empty();
      case "nsid" ->
          takes(verb, 0, 0)
              ? option(action.get(), Edns.OPTION_NSID, new Data.Fixed(new byte[0]), revert)
              : Optional.empty();
      default ->
          takes(verb, unset ? 0 : 2, unset ? 0 : 2)
              ? subnet(action.get(), revert)
              : Optional.empty();
    };
  }

  private static Optional<Rule> option(Action action, int code, Data data, boolean revert) {
    return Optional.of(new Rule.Option(new EdnsEdit(action, code, data, revert)));
  }

  private Optional<Rule> local(Action action, boolean revert) {
    ArgumentReader codeWord = words.get(at++);
    int code = -1;
    try {
      code = Integer.decode(codeWord.text());
    } catch (NumberFormatException notANumber) {
      // Told below, with what is out of range.
    }
    if (code < 0 || code > 0xffff) {
      codeWord.complain(
          "\"%s\" is no option code: write a number up to 65535, as 65518 or 0xffee"
              .formatted(codeWord.text()));
      return Optional.empty();
    }
    int known = code;
    return left() == 0
        ? option(action, known, new Data.Fixed(new byte[0]), revert)
        : data(words.get(at)).flatMap(data -> option(action, known, data, revert));
  }

  private static Optional<Data> data(ArgumentReader word) {
    String text = word.text();
    if (text.startsWith("{") && text.endsWith("}")) {
      for (Variable variable : Variable.values()) {
        if (text.equals("{" + variable.name().toLowerCase(Locale.ROOT) + "}")) {
          return Optional.of(new Data.Of(variable));
        }
      }
      Matcher label = LABEL.matcher(text);
      if (label.matches()) {
        return Optional.of(new Data.Metadata(label.group(1)));
      }
      word.complain(
          "\"%s\" is neither a variable (%s) nor a label of metadata ({plugin/label})"
              .formatted(
                  text,
                  String.join(
                      " ",
                      Arrays.stream(Variable.values())
                          .map(v -> "{" + v.name().toLowerCase(Locale.ROOT) + "}")
                          .toList())));
      return Optional.empty();
    }
    if (text.startsWith("0x")) {
      try {
        return Optional.of(new Data.Fixed(HexFormat.of().parseHex(text.substring(2))));
      } catch (IllegalArgumentException notHex) {
        word.complain("\"%s\" is not a whole number of hexadecimal bytes".formatted(text));
        return Optional.empty();
      }
    }
    return Optional.of(new Data.Fixed(text.getBytes(StandardCharsets.UTF_8)));
  }

  private Optional<Rule> subnet(Action action, boolean revert) {
    if (action == Action.UNSET) {
      return option(action, Edns.OPTION_CLIENT_SUBNET, new Data.Fixed(new byte[0]), revert);
    }
    OptionalInt v4 = words.get(at).integer(0, 32);
    OptionalInt v6 = words.get(at + 1).integer(0, 128);
    return v4.isEmpty() || v6.isEmpty()
        ? Optional.empty()
        : option(
            action,
            Edns.OPTION_CLIENT_SUBNET,
            new Data.Subnet(v4.getAsInt(), v6.getAsInt()),
            revert);
  }
}

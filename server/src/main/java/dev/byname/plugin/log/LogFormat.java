package dev.byname.plugin.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A line with placeholders, taken apart once. */
final class LogFormat {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{[^{}\\s]*}");

  /** Every placeholder but metadata, and what it becomes. */
  private static final Map<String, Function<LogEntry, String>> VALUES =
      Map.ofEntries(
          Map.entry("{type}", entry -> entry.request().question().type().toString()),
          Map.entry("{name}", entry -> entry.request().question().name().toString()),
          Map.entry("{class}", LogEntry::className),
          Map.entry("{proto}", entry -> entry.request().client().transport().proto()),
          Map.entry("{remote}", LogEntry::remoteAddress),
          Map.entry(
              "{port}", entry -> Integer.toString(entry.request().client().remote().getPort())),
          Map.entry("{local}", LogEntry::localAddress),
          Map.entry("{size}", entry -> Integer.toString(entry.request().wire().length)),
          Map.entry("{rcode}", LogEntry::rcode),
          Map.entry("{rsize}", entry -> Integer.toString(entry.responseBytes())),
          Map.entry("{duration}", LogEntry::duration),
          Map.entry("{>rflags}", LogEntry::flags),
          Map.entry("{>bufsize}", LogEntry::bufferSize),
          Map.entry("{>do}", entry -> Boolean.toString(entry.request().dnssecOk())),
          Map.entry("{>id}", entry -> Integer.toString(entry.request().id())),
          Map.entry("{>opcode}", entry -> "0"));

  private final List<Function<LogEntry, String>> parts;

  private LogFormat(List<Function<LogEntry, String>> parts) {
    this.parts = parts;
  }

  /** The first placeholder that means nothing, if any. */
  static Optional<String> unknownPlaceholder(String text) {
    return PLACEHOLDER
        .matcher(expanded(text))
        .results()
        .map(found -> found.group())
        .filter(name -> !VALUES.containsKey(name) && !name.startsWith("{/"))
        .findFirst();
  }

  static LogFormat of(String text) {
    String line = expanded(text);
    List<Function<LogEntry, String>> parts = new ArrayList<>();
    Matcher placeholder = PLACEHOLDER.matcher(line);
    int end = 0;
    while (placeholder.find()) {
      String literal = line.substring(end, placeholder.start());
      parts.add(entry -> literal);
      String name = placeholder.group();
      Function<LogEntry, String> value = VALUES.get(name);
      parts.add(value != null ? value : metadata(name));
      end = placeholder.end();
    }
    String rest = line.substring(end);
    parts.add(entry -> rest);
    return new LogFormat(List.copyOf(parts));
  }

  private static Function<LogEntry, String> metadata(String placeholder) {
    String label = placeholder.substring(2, Math.max(2, placeholder.length() - 1));
    return entry -> {
      String value = entry.request().metadata().get(label);
      return value.isEmpty() ? "-" : value;
    };
  }

  private static String expanded(String text) {
    return text.replace("{common}", LogConfig.COMMON)
        .replace("{combined}", LogConfig.COMMON + " \"{>opcode}\"");
  }

  String line(LogEntry entry) {
    var line = new StringBuilder(160);
    parts.forEach(part -> line.append(part.apply(entry)));
    return line.toString();
  }
}

package dev.byname.plugin.log;

import dev.byname.wire.DomainName;
import java.util.List;
import java.util.Set;

/** What the {@code log} directives say; the first rule whose zones hold the name applies. */
record LogConfig(List<Rule> rules) {
  static final String COMMON =
      "{remote}:{port} - {>id} \"{type} {class} {name} {proto} {size} {>do} {>bufsize}\" {rcode}"
          + " {>rflags} {rsize} {duration}";

  LogConfig {
    rules = List.copyOf(rules);
  }

  /** Which queries are logged and how. */
  record Rule(List<DomainName> zones, LogFormat format, Set<Outcome> outcomes) {
    Rule {
      zones = List.copyOf(zones);
      outcomes = Set.copyOf(outcomes);
    }
  }

  /** CoreDNS's classes of responses. */
  enum Outcome {
    SUCCESS,
    DENIAL,
    ERROR
  }
}

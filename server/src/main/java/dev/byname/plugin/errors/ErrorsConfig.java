package dev.byname.plugin.errors;

import dev.byname.plugin.GoRegex;
import java.time.Duration;
import java.util.List;
import org.slf4j.event.Level;

/** What the {@code errors} directive says. */
record ErrorsConfig(List<Rule> rules) {
  ErrorsConfig {
    rules = List.copyOf(rules);
  }

  /**
   * Failures whose reason the pattern finds are counted and logged once per period.
   *
   * @param showFirst whether the first of a period is logged as it comes
   */
  record Rule(Duration period, GoRegex pattern, Level level, boolean showFirst) {}
}

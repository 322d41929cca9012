package dev.byname.plugin.errors;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
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
  record Rule(Duration period, Pattern pattern, Level level, boolean showFirst) {}
}

package dev.byname.plugin.rewrite;

import java.util.List;

/** What the {@code rewrite} directives say, in the order of the file. */
record RewriteConfig(List<Line> lines) {
  RewriteConfig {
    lines = List.copyOf(lines);
  }

  /**
   * One directive.
   *
   * @param stop whether it is the last one for a query that it applies to
   */
  record Line(Rule rule, boolean stop) {}
}

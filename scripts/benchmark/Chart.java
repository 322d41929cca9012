import java.io.IOException;
import java.util.Comparator;
import java.util.List;

/** Bars as SVG, without a library: CPU time per query, the shortest first. */
final class Chart {
  private static final int WIDTH = 720;
  private static final int ROW = 26;
  private static final int TOP = 56;
  private static final int LEFT = 150;

  private Chart() {}

  static String of(List<Report.Row> rows) throws IOException {
    List<Report.Row> sorted =
        rows.stream().sorted(Comparator.comparingDouble(Report.Row::cpuMicrosPerQuery)).toList();
    // One server that is many times slower must not make all others look alike: its bar is cut.
    double longest =
        Math.min(sorted.getLast().cpuMicrosPerQuery(), 5 * sorted.getFirst().cpuMicrosPerQuery());
    int height = TOP + ROW * sorted.size() + 28;
    var svg = new StringBuilder();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" \
        font-family="sans-serif" font-size="13" fill="#222">
        <rect width="%1$d" height="%2$d" fill="#fff"/>
        <text x="16" y="24" font-size="16" font-weight="bold">CPU time per answered query, µs</text>
        <text x="16" y="43" fill="#666">one core, UDP, 10,000 services; floor: a C program that sends \
        datagrams back</text>
        """
            .formatted(WIDTH, height));
    int y = TOP;
    for (Report.Row row : sorted) {
      boolean cut = row.cpuMicrosPerQuery() > longest;
      double width = Math.min(1, row.cpuMicrosPerQuery() / longest) * (WIDTH - LEFT - 90);
      String color =
          switch (row.server()) {
            case "byname", "byname-foreign" -> "#2f6fde";
            case "floor" -> "#bbb";
            default -> "#8d99a8";
          };
      svg.append(
          """
          <text x="%d" y="%d" text-anchor="end">%s</text>
          <rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>
          <text x="%.1f" y="%d">%s%.2f</text>
          """
              .formatted(
                  LEFT - 8,
                  y + 17,
                  (row.server() + " " + row.version()).strip(),
                  LEFT,
                  y + 4,
                  width,
                  ROW - 8,
                  color,
                  LEFT + width + 6,
                  y + 17,
                  cut ? "→ " : "",
                  row.cpuMicrosPerQuery()));
      y += ROW;
    }
    svg.append(
        "<text x=\"16\" y=\"%d\" fill=\"#666\" font-size=\"11\">%s</text>%n</svg>%n"
            .formatted(y + 18, Bench.machine()));
    return svg.toString();
  }
}

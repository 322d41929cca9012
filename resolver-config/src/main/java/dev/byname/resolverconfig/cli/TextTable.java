package dev.byname.resolverconfig.cli;

import java.util.List;

/** Columns as kubectl prints them. */
final class TextTable {
  private static final int MIN_WIDTH = 6;
  private static final int PADDING = 3;

  private TextTable() {}

  /**
   * The last column has no blanks after it.
   *
   * @param rows at least one, all of the same length
   */
  static String align(List<List<String>> rows) {
    var columns = rows.getFirst().size();
    var widths = new int[columns];
    for (var row : rows) {
      for (var column = 0; column < columns; column++) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
    }
    var text = new StringBuilder();
    for (var row : rows) {
      for (var column = 0; column < columns; column++) {
        var cell = row.get(column);
        text.append(cell);
        if (column < columns - 1) {
          text.append(" ".repeat(Math.max(MIN_WIDTH, widths[column] + PADDING) - cell.length()));
        }
      }
      text.append('\n');
    }
    return text.toString();
  }
}

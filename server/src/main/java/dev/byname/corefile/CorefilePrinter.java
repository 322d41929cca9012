package dev.byname.corefile;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Canonical Corefile text: parsing it again gives the same blocks, and printing those the same
 * text.
 */
final class CorefilePrinter {
  private static final String INDENT = "    ";

  private CorefilePrinter() {}

  static String print(List<ServerBlock> blocks) {
    return blocks.stream().map(block -> print(block) + "\n").collect(Collectors.joining("\n"));
  }

  static String print(ServerBlock block) {
    var out = new StringBuilder();
    out.append(block.keys().stream().map(k -> word(k.toString())).collect(Collectors.joining(" ")));
    out.append(" {\n");
    for (var directive : block.directives()) {
      print(directive, INDENT, out);
    }
    return out.append('}').toString();
  }

  static String print(Directive directive) {
    var out = new StringBuilder();
    print(directive, "", out);
    out.setLength(out.length() - 1);
    return out.toString();
  }

  private static void print(Directive directive, String indent, StringBuilder out) {
    out.append(indent).append(word(directive.name()));
    for (var argument : directive.arguments()) {
      out.append(' ').append(word(argument.text()));
    }
    if (!directive.block().isEmpty()) {
      out.append(" {\n");
      for (var option : directive.block()) {
        print(option, indent + INDENT, out);
      }
      out.append(indent).append('}');
    }
    out.append('\n');
  }

  /**
   * Quoted when it would otherwise be read as something else. A backslash needs nothing: inside
   * quotes it only means something before a quote.
   */
  static String word(String text) {
    var plain =
        !text.isEmpty()
            && text.charAt(0) != '"'
            && text.chars().noneMatch(c -> c == '#' || c == '\uFEFF' || Lexer.isSpace((char) c));
    return plain ? text : '"' + text.replace("\"", "\\\"") + '"';
  }
}

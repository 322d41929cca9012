package dev.byname.corefile;

import java.util.List;

/**
 * A line of a server block: a plugin's name, its arguments, and the lines of its own block, if it
 * has one. Lines inside that block have the same shape, so they are directives too.
 *
 * <p>{@link DirectiveReader} turns it into typed values.
 *
 * @param arguments the words on the directive's line
 * @param block the lines between the directive's braces; empty without braces
 */
public record Directive(
    String name, List<Argument> arguments, List<Directive> block, Location location) {
  public Directive {
    arguments = List.copyOf(arguments);
    block = List.copyOf(block);
  }

  /** The arguments' texts. */
  public List<String> words() {
    return arguments.stream().map(Argument::text).toList();
  }

  /** The lines of the block that begin with this word, in the file's order. */
  public List<Directive> options(String optionName) {
    return block.stream().filter(option -> option.name.equals(optionName)).toList();
  }

  /** Canonical Corefile text, without a line end. */
  @Override
  public String toString() {
    return CorefilePrinter.print(this);
  }
}

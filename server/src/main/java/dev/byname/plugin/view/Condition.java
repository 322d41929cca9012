package dev.byname.plugin.view;

import dev.byname.query.Request;

/** An expression that is true or false for a query. */
public final class Condition {
  private final String text;
  private final Expression expression;

  private Condition(String text, Expression expression) {
    this.text = text;
    this.expression = expression;
  }

  /**
   * Reads an expression.
   *
   * @throws SyntaxException when it is none, or neither true nor false; the message says where
   */
  static Condition parse(String text) throws SyntaxException {
    return new Condition(text, new ExpressionParser(text).condition());
  }

  boolean holds(Request request) {
    try {
      return (Boolean) expression.value(request);
    } catch (Expression.NoValue nothing) {
      return false;
    }
  }

  /** Two of the same text mean the same. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Condition condition && condition.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }

  /** What is wrong with an expression, and at which character. */
  static final class SyntaxException extends Exception {
    SyntaxException(String problem, int position) {
      super(problem + " (at character " + (position + 1) + ")");
    }
  }
}

package dev.byname.plugin.view;

import dev.byname.corefile.Cidr;
import dev.byname.plugin.GoRegex;
import dev.byname.plugin.view.Condition.SyntaxException;
import dev.byname.plugin.view.Expression.Kind;
import dev.byname.plugin.view.Expression.Literal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads a condition by recursive descent, and checks its types on the way. Precedence as in the
 * expr language: {@code ||} binds loosest, then {@code &&}, then comparisons, from left to right,
 * then {@code !}.
 */
final class ExpressionParser {
  /** Deeper nesting is nobody's intention. */
  private static final int DEPTH_MAX = 50;

  private static final Set<String> COMPARISONS =
      Set.of(
          "==", "!=", "<", "<=", ">", ">=", "in", "matches", "contains", "startsWith", "endsWith");

  private enum Shape {
    WORD,
    SIGN,
    TEXT,
    NUMBER,
    END
  }

  /**
   * @param text of a TEXT without quotes and escapes
   */
  private record Token(Shape shape, String text, int position) {
    boolean is(String expected) {
      return (shape == Shape.WORD || shape == Shape.SIGN) && text.equals(expected);
    }

    String shown() {
      return shape == Shape.END ? "the end" : "\"" + text + "\"";
    }
  }

  private final List<Token> tokens;
  private int next;
  private int depth;

  ExpressionParser(String text) throws SyntaxException {
    tokens = new ExpressionLexer(text).tokens();
  }

  Expression condition() throws SyntaxException {
    Token start = peek();
    Expression whole = either();
    if (peek().shape != Shape.END) {
      throw mistake("%s is not expected here".formatted(peek().shown()), peek());
    }
    require(whole, Kind.BOOL, "a condition", start);
    return whole;
  }

  private Expression either() throws SyntaxException {
    Token start = peek();
    Expression left = both();
    while (take("||") || take("or")) {
      require(left, Kind.BOOL, "the left side of ||", start);
      Token at = peek();
      Expression right = both();
      require(right, Kind.BOOL, "the right side of ||", at);
      left = Expression.or(left, right);
    }
    return left;
  }

  private Expression both() throws SyntaxException {
    Token start = peek();
    Expression left = comparison();
    while (take("&&") || take("and")) {
      require(left, Kind.BOOL, "the left side of &&", start);
      Token at = peek();
      Expression right = comparison();
      require(right, Kind.BOOL, "the right side of &&", at);
      left = Expression.and(left, right);
    }
    return left;
  }

  private Expression comparison() throws SyntaxException {
    Expression left = operand();
    while (true) {
      Token operator = peek();
      boolean negated = operator.is("not");
      if (negated) {
        next++;
        if (!COMPARISONS.contains(peek().text) || peek().shape != Shape.WORD) {
          throw mistake("in, matches or another comparison is expected behind not", peek());
        }
        operator = peek();
      }
      if (operator.shape == Shape.TEXT || !COMPARISONS.contains(operator.text)) {
        return left;
      }
      next++;
      Expression compared = compared(left, operator, operand());
      left = negated ? Expression.not(compared) : compared;
    }
  }

  private Expression compared(Expression left, Token operator, Expression right)
      throws SyntaxException {
    return switch (operator.text) {
      case "==" -> Expression.equal(left, alike(left, operator, right));
      case "!=" -> Expression.not(Expression.equal(left, alike(left, operator, right)));
      case "<" -> Expression.compared(left, ordered(left, operator, right), sign -> sign < 0);
      case "<=" -> Expression.compared(left, ordered(left, operator, right), sign -> sign <= 0);
      case ">" -> Expression.compared(left, ordered(left, operator, right), sign -> sign > 0);
      case ">=" -> Expression.compared(left, ordered(left, operator, right), sign -> sign >= 0);
      case "in" -> in(left, operator, right);
      case "matches" -> matches(left, operator, right);
      case "contains" -> tested(left, operator, right, String::contains);
      case "startsWith" -> tested(left, operator, right, String::startsWith);
      case "endsWith" -> tested(left, operator, right, String::endsWith);
      default -> throw new IllegalStateException(operator.text);
    };
  }

  private static Expression alike(Expression left, Token operator, Expression right)
      throws SyntaxException {
    if (left.kind() != right.kind()) {
      throw mistake(
          "%s compares %s with %s, which are never equal"
              .formatted(operator.text, left.kind().words, right.kind().words),
          operator);
    }
    return right;
  }

  private static Expression ordered(Expression left, Token operator, Expression right)
      throws SyntaxException {
    if (left.kind() != right.kind() || (left.kind() != Kind.TEXT && left.kind() != Kind.NUMBER)) {
      throw mistake(
          "%s takes two numbers or two texts, found %s and %s"
              .formatted(operator.text, left.kind().words, right.kind().words),
          operator);
    }
    return right;
  }

  private static Expression in(Expression left, Token operator, Expression right)
      throws SyntaxException {
    boolean fits =
        switch (right.kind()) {
          case TEXTS -> left.kind() == Kind.TEXT;
          case NUMBERS -> left.kind() == Kind.NUMBER;
          case NOTHING -> true;
          case BOOL, TEXT, NUMBER -> false;
        };
    if (!fits) {
      throw mistake(
          "in looks for %s in %s; a list such as ['A', 'AAAA'] is expected"
              .formatted(left.kind().words, right.kind().words),
          operator);
    }
    return Expression.in(left, right);
  }

  private static Expression matches(Expression left, Token operator, Expression right)
      throws SyntaxException {
    require(left, Kind.TEXT, "the left side of matches", operator);
    if (!(right instanceof Literal(Kind kind, Object pattern)) || kind != Kind.TEXT) {
      throw mistake("matches takes a pattern in quotes", operator);
    }
    String complaint = GoRegex.complaint((String) pattern);
    if (!complaint.isEmpty()) {
      throw mistake("the pattern is no regular expression: " + complaint, operator);
    }
    return Expression.matches(left, GoRegex.of((String) pattern));
  }

  private static Expression tested(
      Expression left, Token operator, Expression right, Expression.TextTest test)
      throws SyntaxException {
    require(left, Kind.TEXT, "the left side of " + operator.text, operator);
    require(right, Kind.TEXT, "the right side of " + operator.text, operator);
    return Expression.tested(left, right, test);
  }

  private Expression operand() throws SyntaxException {
    Token start = peek();
    if (++depth > DEPTH_MAX) {
      throw mistake("is nested more than %d deep".formatted(DEPTH_MAX), start);
    }
    try {
      next++;
      return switch (start.shape) {
        case TEXT -> new Literal(Kind.TEXT, start.text);
        case NUMBER -> new Literal(Kind.NUMBER, number(start));
        case SIGN -> sign(start);
        case WORD -> word(start);
        case END -> throw mistake("something is missing", start);
      };
    } finally {
      depth--;
    }
  }

  private static int number(Token token) throws SyntaxException {
    try {
      return Integer.parseInt(token.text);
    } catch (NumberFormatException tooLong) {
      throw mistake(token.text + " is too big a number", token);
    }
  }

  private Expression sign(Token token) throws SyntaxException {
    return switch (token.text) {
      case "(" -> {
        Expression inside = either();
        expect(")");
        yield inside;
      }
      case "[" -> list(token);
      case "!" -> negated();
      default -> throw mistake(token.shown() + " is not expected here", token);
    };
  }

  private Expression negated() throws SyntaxException {
    Token at = peek();
    Expression operand = operand();
    require(operand, Kind.BOOL, "what stands behind !", at);
    return Expression.not(operand);
  }

  private Expression list(Token start) throws SyntaxException {
    List<Object> elements = new ArrayList<>();
    Kind kind = Kind.NOTHING;
    while (!take("]")) {
      if (!elements.isEmpty()) {
        expect(",");
      }
      Token at = peek();
      if (!(operand() instanceof Literal(Kind of, Object element))
          || (of != Kind.TEXT && of != Kind.NUMBER)) {
        throw mistake("a list holds texts or numbers", at);
      }
      Kind listed = of == Kind.TEXT ? Kind.TEXTS : Kind.NUMBERS;
      if (kind != Kind.NOTHING && kind != listed) {
        throw mistake("a list holds either texts or numbers", start);
      }
      kind = listed;
      elements.add(element);
    }
    return new Literal(kind, List.copyOf(elements));
  }

  private Expression word(Token name) throws SyntaxException {
    return switch (name.text) {
      case "true", "false" -> new Literal(Kind.BOOL, Boolean.valueOf(name.text));
      case "not" -> negated();
      default -> call(name);
    };
  }

  private Expression call(Token name) throws SyntaxException {
    Expression ofQuery = Expression.FUNCTIONS.get(name.text);
    boolean known = ofQuery != null || name.text.equals("metadata") || name.text.equals("incidr");
    if (!known) {
      Set<String> all = new TreeSet<>(Expression.FUNCTIONS.keySet());
      all.addAll(List.of("incidr", "metadata"));
      throw mistake(
          "%s is no function of view; there are %s".formatted(name.shown(), String.join(" ", all)),
          name);
    }
    expect("(");
    if (ofQuery != null) {
      expect(")");
      return ofQuery;
    }
    Expression first = textArgument(name);
    if (name.text.equals("metadata")) {
      expect(")");
      return Expression.metadata(first);
    }
    expect(",");
    Token at = peek();
    Expression second = textArgument(name);
    expect(")");
    if (second instanceof Literal literal) {
      Cidr block =
          Cidr.parse((String) literal.constant())
              .orElseThrow(() ->
                  mistake(
                      "%s is no block of addresses such as 10.0.0.0/8".formatted(at.shown()), at));
      return Expression.inCidr(first, block);
    }
    return Expression.inCidr(first, second);
  }

  private Expression textArgument(Token function) throws SyntaxException {
    Token at = peek();
    Expression argument = either();
    require(argument, Kind.TEXT, "an argument of " + function.text, at);
    return argument;
  }

  private static void require(Expression part, Kind kind, String what, Token at)
      throws SyntaxException {
    if (part.kind() != kind) {
      throw mistake("%s must be %s, found %s".formatted(what, kind.words, part.kind().words), at);
    }
  }

  private Token peek() {
    return tokens.get(Math.min(next, tokens.size() - 1));
  }

  private boolean take(String expected) {
    if (peek().is(expected)) {
      next++;
      return true;
    }
    return false;
  }

  private void expect(String expected) throws SyntaxException {
    if (!take(expected)) {
      throw mistake("%s is expected, found %s".formatted(expected, peek().shown()), peek());
    }
  }

  private static SyntaxException mistake(String problem, Token at) {
    return new SyntaxException(problem, at.position);
  }

  /** Cuts the text into words. */
  private static final class ExpressionLexer {
    private static final List<String> SIGNS =
        List.of("&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ",");

    private final String text;
    private int position;

    ExpressionLexer(String text) {
      this.text = text;
    }

    List<Token> tokens() throws SyntaxException {
      List<Token> all = new ArrayList<>();
      while (true) {
        while (position < text.length() && Character.isWhitespace(text.charAt(position))) {
          position++;
        }
        int start = position;
        if (start == text.length()) {
          all.add(new Token(Shape.END, "", start));
          return all;
        }
        all.add(token(start));
      }
    }

    private Token token(int start) throws SyntaxException {
      char c = text.charAt(start);
      if (c == '\'' || c == '"' || c == '`') {
        return new Token(Shape.TEXT, quoted(c), start);
      }
      if (isWordPart(c)) {
        while (position < text.length() && isWordPart(text.charAt(position))) {
          position++;
        }
        String word = text.substring(start, position);
        boolean digits = word.chars().allMatch(Character::isDigit);
        if (!digits && Character.isDigit(c)) {
          throw new SyntaxException("\"%s\" is no whole number".formatted(word), start);
        }
        return new Token(digits ? Shape.NUMBER : Shape.WORD, word, start);
      }
      for (String sign : SIGNS) {
        if (text.startsWith(sign, start)) {
          position += sign.length();
          return new Token(Shape.SIGN, sign, start);
        }
      }
      throw new SyntaxException(
          "\"%s\" means nothing in a condition of view"
              .formatted(Character.toString(text.codePointAt(start))),
          start);
    }

    private static boolean isWordPart(char c) {
      return c == '_' || (c < 128 && Character.isLetterOrDigit(c));
    }

    /** Text in back quotes has no escapes. */
    private String quoted(char quote) throws SyntaxException {
      int start = position++;
      var content = new StringBuilder();
      while (position < text.length()) {
        char c = text.charAt(position++);
        if (c == quote) {
          return content.toString();
        }
        if (c != '\\' || quote == '`') {
          content.append(c);
          continue;
        }
        if (position == text.length()) {
          break;
        }
        char escaped = text.charAt(position++);
        switch (escaped) {
          case '\\', '\'', '"' -> content.append(escaped);
          case 'n' -> content.append('\n');
          case 't' -> content.append('\t');
          case 'r' -> content.append('\r');
          default ->
              throw new SyntaxException(
                  "\\%s is no escape; a backslash is written \\\\".formatted(escaped),
                  position - 2);
        }
      }
      throw new SyntaxException("the closing quote is missing", start);
    }
  }
}

package dev.byname.plugin.template;

import dev.byname.plugin.template.Node.Command;
import dev.byname.plugin.template.Node.Expression;
import dev.byname.plugin.template.Node.Pipeline;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a template. Names of fields and functions are checked here, so that a mistake shows when
 * the configuration is loaded and not when somebody asks.
 */
final class TemplateParser {
  private static final Pattern ACTION =
      Pattern.compile(
          "\\{\\{(-(?=\\s))?((?:\"(?:[^\"\\\\\\n]|\\\\.)*\"|`[^`]*`|/\\*.*?\\*/|[^}\"`]|}(?!}))*?)((?<=\\s)-)?}}",
          Pattern.DOTALL);
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s+|(\"(?:[^\"\\\\\\n]|\\\\.)*\"|`[^`]*`)|([-+]?(?:0[xX][0-9a-fA-F]+|\\d+)(?![\\w.]))"
              + "|(\\$\\w*|\\w+|\\.\\w*|:=|[=|(),])");
  private static final Set<String> NOT_SUPPORTED =
      Set.of("define", "template", "block", "break", "continue");

  private final Set<String> fields;
  private final Set<String> functions;
  private final List<Object> parts = new ArrayList<>(); // String: text; List<String>: an action
  private final Set<String> variables = new HashSet<>(Set.of("$"));
  private int part;
  private int rebound; // in how many with and range we are: there the dot is something else

  // Of the action being read.
  private List<String> tokens = List.of();
  private int at;

  private TemplateParser(Set<String> fields, Set<String> functions) {
    this.fields = fields;
    this.functions = functions;
  }

  /**
   * @param fields what {@code .Name} may be
   * @param functions what may be called
   */
  static List<Node> parse(String text, Set<String> fields, Set<String> functions)
      throws TemplateException {
    var parser = new TemplateParser(fields, functions);
    parser.split(text);
    List<Node> nodes = parser.nodes();
    if (parser.part < parser.parts.size()) {
      throw new TemplateException("{{" + parser.word() + "}} belongs to nothing");
    }
    return nodes;
  }

  // ---- text and actions

  private void split(String text) throws TemplateException {
    Matcher action = ACTION.matcher(text);
    int end = 0;
    boolean trim = false;
    while (action.find(end)) {
      String before = text.substring(end, action.start());
      noOpening(before);
      before = trim ? before.stripLeading() : before;
      parts.add(action.group(1) == null ? before : before.stripTrailing());
      if (!action.group(2).strip().startsWith("/*")) {
        parts.add(tokens(action.group(2)));
      }
      trim = action.group(3) != null;
      end = action.end();
    }
    String rest = text.substring(end);
    noOpening(rest);
    parts.add(trim ? rest.stripLeading() : rest);
  }

  private static void noOpening(String text) throws TemplateException {
    if (text.contains("{{")) {
      throw new TemplateException("\"{{\" without \"}}\"");
    }
  }

  private static List<String> tokens(String action) throws TemplateException {
    List<String> tokens = new ArrayList<>();
    Matcher token = TOKEN.matcher(action);
    int end = 0;
    boolean glued = false;
    while (end < action.length()) {
      if (!token.find(end) || token.start() != end) {
        throw new TemplateException("unexpected \"" + action.substring(end).strip() + "\"");
      }
      end = token.end();
      String text = token.group();
      if (text.isBlank()) {
        glued = false;
        continue;
      }
      // ".A.B" is one value, ".A .B" are two: a field that follows at once is marked.
      tokens.add(glued && text.startsWith(".") ? "&" + text : text);
      glued = true;
    }
    return tokens;
  }

  private @Nullable String word() {
    return part < parts.size() && parts.get(part) instanceof List<?> action && !action.isEmpty()
        ? (String) action.getFirst()
        : null;
  }

  /** Up to {@code end} or {@code else}, which is left to the caller. */
  private List<Node> nodes() throws TemplateException {
    List<Node> nodes = new ArrayList<>();
    while (part < parts.size()) {
      if (parts.get(part) instanceof String text) {
        if (!text.isEmpty()) {
          nodes.add(new Node.Text(text));
        }
        part++;
        continue;
      }
      String word = word();
      if ("end".equals(word) || "else".equals(word)) {
        return nodes;
      }
      nodes.add(action());
    }
    return nodes;
  }

  @SuppressWarnings("unchecked")
  private void open() {
    tokens = (List<String>) parts.get(part++);
    at = 0;
  }

  private Node action() throws TemplateException {
    open();
    if (tokens.isEmpty()) {
      throw new TemplateException("{{}} is empty");
    }
    String word = tokens.getFirst();
    if (NOT_SUPPORTED.contains(word)) {
      throw new TemplateException("{{" + word + "}} is not supported");
    }
    Node node =
        switch (word) {
          case "if", "with" -> {
            at++;
            yield branch(word.equals("with"));
          }
          case "range" -> {
            at++;
            yield range();
          }
          default -> {
            var action = new Node.Action(pipeline());
            nothingLeft();
            yield action;
          }
        };
    return node;
  }

  private Node branch(boolean rebinds) throws TemplateException {
    Pipeline condition = pipeline();
    nothingLeft();
    rebound += rebinds ? 1 : 0;
    List<Node> then = nodes();
    rebound -= rebinds ? 1 : 0;
    List<Node> otherwise = List.of();
    closing();
    if (tokens.getFirst().equals("else")) {
      if (tokens.size() > 1) {
        // {{else if …}}: the same end closes both.
        boolean alsoRebinds = tokens.get(1).equals("with");
        if (!alsoRebinds && !tokens.get(1).equals("if")) {
          throw new TemplateException("unexpected \"" + tokens.get(1) + "\" behind else");
        }
        at = 2;
        return new Node.Branch(condition, rebinds, then, List.of(branch(alsoRebinds)));
      }
      otherwise = nodes();
      closing();
    }
    end();
    return new Node.Branch(condition, rebinds, then, otherwise);
  }

  private Node range() throws TemplateException {
    String key = null;
    String value = null;
    int assign = tokens.indexOf(":=");
    if (assign > 0) {
      List<String> names = tokens.subList(1, assign).stream().filter(t -> !t.equals(",")).toList();
      if (names.isEmpty() || names.size() > 2 || names.stream().anyMatch(n -> !n.startsWith("$"))) {
        throw new TemplateException("range takes one or two variables in front of :=");
      }
      variables.addAll(names);
      value = names.getLast();
      key = names.size() == 2 ? names.getFirst() : null;
      at = assign + 1;
    }
    Pipeline over = pipeline();
    nothingLeft();
    rebound++;
    List<Node> body = nodes();
    rebound--;
    closing();
    List<Node> otherwise = List.of();
    if (tokens.equals(List.of("else"))) {
      otherwise = nodes();
      closing();
    }
    end();
    return new Node.Range(key, value, over, body, otherwise);
  }

  private void closing() throws TemplateException {
    if (part >= parts.size()) {
      throw new TemplateException("{{end}} is missing");
    }
    open();
  }

  private void end() throws TemplateException {
    if (!tokens.equals(List.of("end"))) {
      throw new TemplateException("{{end}} is missing before {{" + String.join(" ", tokens) + "}}");
    }
  }

  // ---- values

  private Pipeline pipeline() throws TemplateException {
    String variable = null;
    boolean declares = false;
    if (at + 1 < tokens.size() && tokens.get(at).startsWith("$")) {
      String next = tokens.get(at + 1);
      if (next.equals(":=") || next.equals("=")) {
        variable = tokens.get(at);
        declares = next.equals(":=");
        at += 2;
      }
    }
    List<Command> commands = new ArrayList<>();
    commands.add(command());
    while (at < tokens.size() && tokens.get(at).equals("|")) {
      at++;
      commands.add(command());
    }
    if (variable != null) {
      if (!declares && !variables.contains(variable)) {
        throw new TemplateException("unknown variable " + variable);
      }
      variables.add(variable);
    }
    return new Pipeline(variable, declares, commands);
  }

  private Command command() throws TemplateException {
    List<Expression> words = new ArrayList<>();
    while (at < tokens.size() && !tokens.get(at).equals("|") && !tokens.get(at).equals(")")) {
      words.add(expression());
    }
    if (words.isEmpty()) {
      throw new TemplateException("a value is missing");
    }
    return new Command(words);
  }

  private void nothingLeft() throws TemplateException {
    if (at < tokens.size()) {
      throw new TemplateException("unexpected \"" + tokens.get(at) + "\"");
    }
  }

  private Expression expression() throws TemplateException {
    String token = tokens.get(at++);
    Expression found;
    if (token.equals("(")) {
      found = new Expression.Nested(pipeline());
      if (at == tokens.size() || !tokens.get(at).equals(")")) {
        throw new TemplateException("\")\" is missing");
      }
      at++;
    } else if (token.startsWith("$")) {
      if (!variables.contains(token)) {
        throw new TemplateException("unknown variable " + token);
      }
      found = new Expression.Variable(token);
      checkField(token.equals("$"));
    } else if (token.equals(".")) {
      found = new Expression.Dot();
    } else if (token.startsWith(".")) {
      at--;
      tokens = new ArrayList<>(tokens);
      tokens.set(at, "&" + token);
      found = new Expression.Dot();
      checkField(rebound == 0);
    } else {
      found = word(token);
    }
    while (at < tokens.size() && tokens.get(at).startsWith("&")) {
      found = new Expression.Field(found, tokens.get(at++).substring(2));
    }
    return found;
  }

  /** Whether the field that follows, if one does, is one of the query's. */
  private void checkField(boolean ofRoot) throws TemplateException {
    if (ofRoot && at < tokens.size() && tokens.get(at).startsWith("&")) {
      String name = tokens.get(at).substring(2);
      if (!fields.contains(name)) {
        throw new TemplateException(
            "there is no ." + name + "; there are ." + String.join(" .", fields));
      }
    }
  }

  private Expression word(String token) throws TemplateException {
    char first = token.charAt(0);
    if (first == '"' || first == '`') {
      return new Expression.Literal(unquoted(token));
    }
    if (Character.isDigit(first) || first == '-' || first == '+') {
      try {
        return new Expression.Literal(Long.decode(token));
      } catch (NumberFormatException e) {
        throw new TemplateException("\"" + token + "\" is no number");
      }
    }
    if (token.equals("true") || token.equals("false")) {
      return new Expression.Literal(Boolean.valueOf(token));
    }
    if (!functions.contains(token)) {
      throw new TemplateException(
          Character.isLetter(first) || first == '_'
              ? "there is no function " + token
              : "unexpected \"" + token + "\"");
    }
    return new Expression.Function(token);
  }

  private static String unquoted(String token) throws TemplateException {
    String inner = token.substring(1, token.length() - 1);
    if (token.startsWith("`")) {
      return inner;
    }
    try {
      return inner.translateEscapes();
    } catch (IllegalArgumentException e) {
      throw new TemplateException("unknown escape in " + token);
    }
  }
}

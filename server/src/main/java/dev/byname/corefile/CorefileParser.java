package dev.byname.corefile;

import dev.byname.corefile.Token.Splice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * From words to server blocks. One parser reads one configuration.
 *
 * <p>Imports work on words, not on directives, because CoreDNS's do: a snippet may hold a
 * directive, a whole server block, some options of a plugin. So the words still to be read are a
 * queue, and an import puts its words at the head of it.
 */
final class CorefileParser {
  /** Words read, imports included. Snippets that import snippets twice grow as a power of two. */
  static final int WORDS_MAX = 500_000;

  /** Imports carried out; CoreDNS's bound for snippets. */
  static final int IMPORTS_MAX = 10_000;

  /** Zones of all blocks; a CIDR block may stand for 128. */
  static final int KEYS_MAX = 50_000;

  /** Imports inside imports. */
  static final int IMPORT_DEPTH_MAX = 32;

  /** Blocks inside blocks. CoreDNS's deepest is two (a plugin's option with options). */
  static final int BLOCK_DEPTH_MAX = 16;

  private final ParseOptions options;
  private final Problems problems;
  private final Variables variables;
  private final ImportedFiles files;

  private final ArrayDeque<Token> words = new ArrayDeque<>();
  private final Map<String, List<Token>> snippets = new HashMap<>();
  private final List<ServerBlock> blocks = new ArrayList<>();

  /** The word taken last; decides what is on the same line. */
  private @Nullable Token previous;

  private int wordsQueued;
  private int imports;
  private int keysRead;

  /** Some bound was met; complaints about missing braces would be noise. */
  private boolean gaveUp;

  private boolean translated;

  CorefileParser(ParseOptions options, Problems problems) {
    this.options = options;
    this.problems = problems;
    this.variables = new Variables(options.environment(), problems);
    this.files = new ImportedFiles(problems);
  }

  Corefile parse(Path file) {
    var source = new Source(file.toString(), file.toAbsolutePath().normalize());
    if (Files.isDirectory(file)) {
      directory(source);
    } else {
      var text = files.read(source, Location.of(source.name()));
      if (text != null) {
        file(source, text);
      }
    }
    return result();
  }

  Corefile parse(String text, String fileName) {
    var source = new Source(fileName, Path.of(fileName).toAbsolutePath().normalize());
    files.digest(source.name(), text);
    file(source, text);
    return result();
  }

  private Corefile result() {
    return new Corefile(blocks, translated, files.readFiles(), files.sha512());
  }

  /** A mounted ConfigMap: a file per key. */
  private void directory(Source folder) {
    var corefile = inside(folder, ConfigMapFile.COREFILE_KEY);
    if (Files.exists(corefile.path())) {
      var text = files.read(corefile, Location.of(corefile.name()));
      if (text != null) {
        corefile(corefile, text);
      }
      return;
    }
    var data = new LinkedHashMap<String, ConfigMapFile.Text>();
    for (var key : KubeDnsConfigMap.KEYS) {
      var file = inside(folder, key);
      if (Files.exists(file.path())) {
        var text = files.read(file, Location.of(file.name()));
        if (text == null) {
          return;
        }
        data.put(key, new ConfigMapFile.Text(text, file));
      }
    }
    if (data.isEmpty()) {
      problems.add(
          Location.of(folder.name()),
          "this directory has neither a Corefile nor a file %s of kube-dns"
              .formatted(String.join(" or ", KubeDnsConfigMap.KEYS)));
      return;
    }
    kubeDns(folder, data);
  }

  private static Source inside(Source folder, String name) {
    return new Source(Path.of(folder.name()).resolve(name).toString(), folder.path().resolve(name));
  }

  private void file(Source source, String text) {
    if (!ConfigMapFile.isOne(text)) {
      corefile(source, text);
      return;
    }
    var data = ConfigMapFile.read(source, text, problems);
    if (data == null) {
      return;
    }
    var corefile = data.get(ConfigMapFile.COREFILE_KEY);
    if (corefile != null) {
      corefile(corefile.source(), corefile.text());
    } else {
      kubeDns(source, data);
    }
  }

  private void kubeDns(Source source, Map<String, ConfigMapFile.Text> data) {
    var complaints = new Problems();
    var kubeDns = KubeDnsConfigMap.read(source, data, options.clusterDomain(), complaints);
    problems.addAll(complaints);
    if (!complaints.hasErrors()) {
      translated = true;
      corefile(
          new Source(source.name() + " (as a Corefile)", source.path()),
          kubeDns.toCorefile(options.clusterDomain()));
    }
  }

  private void corefile(Source source, String text) {
    var main = Splice.main(source.path().toString());
    queue(Lexer.tokens(source, text, main, problems), Location.of(source.name()));
    while (peek() != null) {
      serverBlock();
    }
    if (blocks.isEmpty() && !problems.hasErrors()) {
      problems.warn(
          Location.of(source.name()),
          "no server block; everything is answered by CoreDNS's default, whoami and log");
      blocks.add(defaultBlock(Location.of(source.name())));
    }
    DoubleZones.report(blocks, problems);
  }

  private ServerBlock defaultBlock(Location at) {
    var key = new ServerKey(Scheme.DNS, ".", options.defaultPort(), at);
    return new ServerBlock(
        List.of(key),
        List.of(
            new Directive("whoami", List.of(), List.of(), at),
            new Directive("log", List.of(), List.of(), at)),
        at);
  }

  // ---- server blocks and snippets ----

  private void serverBlock() {
    var keys = keys();
    var open = peek();
    if (keys.size() == 1 && isSnippetName(keys.getFirst().text())) {
      snippet(keys.getFirst());
      return;
    }
    if (keys.isEmpty()) {
      if (open == null || !open.is("{")) {
        return; // an import without words, or an empty word
      }
      problems.add(open.location(), "this server block has no zone; write \".\" for everything");
    }
    var serverKeys = new ArrayList<ServerKey>();
    for (var key : keys) {
      serverKeys.addAll(KeyReader.read(key, options.defaultPort(), problems));
      if (serverKeys.size() + keysRead > KEYS_MAX) {
        giveUp(key.location(), "more than %d zones".formatted(KEYS_MAX));
        return;
      }
    }
    keysRead += serverKeys.size();
    var directives = serverBlockContents();
    if (!serverKeys.isEmpty()) {
      blocks.add(new ServerBlock(serverKeys, directives, serverKeys.getFirst().location()));
    }
  }

  /** The words before a block's brace. They end with the line, but a comma leads on to the next. */
  private List<Argument> keys() {
    var keys = new ArrayList<Argument>();
    Token comma = null;
    for (var word = peek(); word != null; word = peek()) {
      if (word.startsLineAfter(previous)) {
        if (word.is("import")) {
          expandImport(take());
          continue;
        }
        if (comma == null && !keys.isEmpty()) {
          break;
        }
      }
      if (word.is("{")) {
        break;
      }
      take();
      if (word.is("}")) {
        problems.add(word.location(), "this \"}\" closes nothing");
        continue;
      }
      var text = variables.fillIn(word.text(), word.location());
      comma = null;
      if (text.endsWith(",")) {
        comma = word;
        text = text.substring(0, text.length() - 1);
        if (text.isEmpty()) {
          problems.add(word.location(), "a comma between zones must stand right behind a zone");
        }
      }
      if (!text.isEmpty()) {
        keys.add(new Argument(text, word.location()));
      }
    }
    if (comma != null) {
      problems.add(comma.location(), "after this comma another zone is expected");
    }
    return keys;
  }

  private static boolean isSnippetName(String key) {
    return key.length() >= 2 && key.startsWith("(") && key.endsWith(")");
  }

  private void snippet(Argument key) {
    var name = key.text().substring(1, key.text().length() - 1);
    var open = peek();
    if (open == null || !open.is("{")) {
      problems.add(key.location(), "snippet %s needs a block in braces".formatted(key.text()));
      return;
    }
    take();
    var body = new ArrayList<Token>();
    var depth = 1;
    while (depth > 0) {
      if (peek() == null) {
        neverClosed(open, "snippet " + key.text());
        return;
      }
      var word = take();
      depth += word.is("{") ? 1 : word.is("}") ? -1 : 0;
      body.add(word);
    }
    body.removeLast();
    if (name.isEmpty()) {
      problems.add(key.location(), "a snippet needs a name between its parentheses");
    } else if (snippets.putIfAbsent(name, body) != null) {
      problems.add(key.location(), "snippet %s is defined a second time".formatted(key.text()));
    }
  }

  private List<Directive> serverBlockContents() {
    Token open = null;
    var next = peek();
    if (next != null && next.is("{")) {
      open = take();
    }
    var directives = new ArrayList<Directive>();
    for (var word = peek(); word != null; word = peek()) {
      if (word.is("}")) {
        take();
        if (open == null) {
          problems.warn(word.location(), "this \"}\" ends a server block that has no \"{\"");
        }
        return directives;
      }
      if (word.is("import")) {
        expandImport(take());
        continue;
      }
      if (word.is("{")) {
        problems.add(word.location(), "a \"{\" where a directive was expected");
        skipBlock(take());
        continue;
      }
      var directive = directive(0);
      DirectiveNames.check(
          Lexer.shortened(directive.name()),
          !directive.block().isEmpty(),
          options.supportedDirectives(),
          directive.location(),
          problems);
      directives.add(directive);
    }
    if (open != null) {
      neverClosed(open, "this server block");
    }
    return directives;
  }

  // ---- directives ----

  /** A line, with its block if it has one; the next word is the line's first. */
  private Directive directive(int depth) {
    var first = take();
    var name = variables.fillIn(first.text(), first.location());
    var arguments = new ArrayList<Argument>();
    List<Directive> block = List.of();
    for (var word = peek(); word != null; word = peek()) {
      if (word.is("{")) {
        if (word.startsLineAfter(previous)) {
          problems.add(
              word.location(),
              "the \"{\" of %s must be on the same line".formatted(Lexer.shortened(name)));
        }
        block = block(take(), depth + 1);
        refuseRestOfLine();
        break;
      }
      if (word.startsLineAfter(previous)) {
        break;
      }
      if (word.is("}")) {
        if (depth == 0) {
          problems.add(
              word.location(), "the \"}\" that ends a server block must be on a line of its own");
        }
        break;
      }
      take();
      arguments.add(new Argument(variables.fillIn(word.text(), word.location()), word.location()));
    }
    if (block.isEmpty() && !arguments.isEmpty()) {
      warnOfGluedBrace(arguments.getLast());
    }
    return new Directive(name, arguments, block, first.location());
  }

  /** A brace glued to a word opens nothing, and its closing brace then ends the server block. */
  private void warnOfGluedBrace(Argument last) {
    var text = last.text();
    if (text.length() > 1 && text.endsWith("{") && !text.startsWith("{")) {
      problems.warn(
          last.location(),
          "\"%s\" opens no block: a blank is missing before the \"{\""
              .formatted(Lexer.shortened(text)));
    }
  }

  /** What follows an opening brace, up to and including the closing one. */
  private List<Directive> block(Token open, int depth) {
    if (depth > BLOCK_DEPTH_MAX) {
      problems.add(
          open.location(), "blocks are nested more than %d deep".formatted(BLOCK_DEPTH_MAX));
      skipBlock(open);
      return List.of();
    }
    var lines = new ArrayList<Directive>();
    for (var word = peek(); word != null; word = peek()) {
      if (word.is("}")) {
        take();
        return lines;
      }
      if (word.is("import")) {
        expandImport(take());
      } else if (word.is("{")) {
        problems.add(word.location(), "a \"{\" where an option was expected");
        skipBlock(take());
      } else {
        lines.add(directive(depth));
      }
    }
    neverClosed(open, "this block");
    return lines;
  }

  /** Jumps over a block that makes no sense, so that what follows is still read. */
  private void skipBlock(Token open) {
    var depth = 1;
    while (depth > 0) {
      if (peek() == null) {
        neverClosed(open, "this block");
        return;
      }
      var word = take();
      depth += word.is("{") ? 1 : word.is("}") ? -1 : 0;
    }
  }

  private void neverClosed(Token open, String what) {
    if (!gaveUp) {
      problems.add(open.location(), "the \"{\" of %s is never closed".formatted(what));
    }
  }

  private void refuseRestOfLine() {
    var reported = false;
    for (var word = peek(); word != null && !word.startsLineAfter(previous); word = peek()) {
      if (word.is("}") || word.is("{")) {
        return;
      }
      if (!reported) {
        problems.add(
            word.location(),
            "\"%s\" cannot follow on the line of a \"}\"".formatted(Lexer.shortened(word.text())));
        reported = true;
      }
      take();
    }
  }

  // ---- imports ----

  /** The next word is the import's argument. */
  private void expandImport(Token at) {
    var pattern = peek();
    if (pattern == null
        || pattern.startsLineAfter(previous)
        || pattern.is("{")
        || pattern.is("}")) {
      problems.add(at.location(), "import needs a file, a pattern or a snippet's name");
      return;
    }
    take();
    var what = variables.fillIn(pattern.text(), pattern.location());
    var next = peek();
    if (next != null && !next.startsLineAfter(previous)) {
      problems.add(
          next.location(),
          next.is("}")
              ? "a \"}\" cannot stand on the line of an import"
              : "import takes one argument; snippets and files take none of their own");
      while (next != null && !next.startsLineAfter(previous) && !next.is("{") && !next.is("}")) {
        take();
        next = peek();
      }
    }
    if (what.isEmpty()) {
      problems.add(at.location(), "import needs a file, a pattern or a snippet's name");
      return;
    }
    if (at.splice().depth() >= IMPORT_DEPTH_MAX) {
      problems.add(
          at.location(), "imports are nested more than %d deep".formatted(IMPORT_DEPTH_MAX));
      return;
    }
    var snippet = snippets.get(what);
    if (snippet == null) {
      importFiles(at, what);
    } else if (at.splice().isInside("(" + what + ")")) {
      problems.add(at.location(), "snippet (%s) imports itself".formatted(what));
    } else if (++imports > IMPORTS_MAX) {
      giveUp(at.location(), "more than %d imports".formatted(IMPORTS_MAX));
    } else {
      var splice = at.splice().importing("(" + what + ")");
      queue(snippet.stream().map(word -> word.in(splice)).toList(), at.location());
    }
  }

  private void importFiles(Token at, String pattern) {
    var imported = new ArrayList<Token>();
    for (var file : files.matching(pattern, at, snippets.keySet())) {
      if (at.splice().isInside(file.path().toString())) {
        problems.add(at.location(), "%s imports itself".formatted(file.name()));
        continue;
      }
      if (++imports > IMPORTS_MAX) {
        giveUp(at.location(), "more than %d imports".formatted(IMPORTS_MAX));
        return;
      }
      var splice = at.splice().importing(file.path().toString());
      files.words(file, at.location()).forEach(word -> imported.add(word.in(splice)));
      if (imported.size() > WORDS_MAX) {
        break; // complained about when they are queued
      }
    }
    queue(imported, at.location());
  }

  // ---- the queue of words ----

  private void queue(List<Token> atHead, Location at) {
    wordsQueued += atHead.size();
    if (wordsQueued > WORDS_MAX) {
      giveUp(at, "more than %d words, imports included".formatted(WORDS_MAX));
      return;
    }
    for (var word : atHead.reversed()) {
      words.addFirst(word);
    }
  }

  private void giveUp(Location at, String why) {
    problems.add(at, why + "; the rest is not read");
    gaveUp = true;
    words.clear();
  }

  private @Nullable Token peek() {
    return words.peekFirst();
  }

  /** Only after {@link #peek} has seen a word. */
  private Token take() {
    var word = words.removeFirst();
    previous = word;
    return word;
  }
}

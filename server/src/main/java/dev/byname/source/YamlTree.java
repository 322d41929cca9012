package dev.byname.source;

import dev.byname.source.Tree.Mapping;
import dev.byname.source.Tree.Scalar;
import dev.byname.source.Tree.ScalarType;
import dev.byname.source.Tree.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * YAML 1.2 to {@link Tree}s, one for each document of a text, read one after the other.
 *
 * <p>Bounded against texts that are small and mean something huge ("billion laughs"): what aliases
 * stand for is counted each time it is used, and nesting has a limit. A key given twice in one
 * mapping is an error, as it is for the API server's strict field validation.
 */
public final class YamlTree {
  /** Values that all aliases of one text may stand for together. */
  static final long ALIASED_VALUES_MAX = 100_000;

  private static final LoadSettings SETTINGS =
      LoadSettings.builder()
          .setSchema(new CoreSchema())
          // The caller bounds the text; counting it again here would only be a second limit.
          .setCodePointLimit(Integer.MAX_VALUE)
          .build();

  private final ScalarResolver resolver = SETTINGS.getSchema().getScalarResolver();
  private final Iterator<Event> events;
  private final Map<Anchor, Anchored> anchors = new HashMap<>();
  private long aliasedValues;
  private int depth;
  private long values;

  /** What an anchor names, and how many values that is with all aliases in it spelled out. */
  private record Anchored(Tree tree, long values) {}

  private YamlTree(String text) {
    events = new Parse(SETTINGS).parseString(text).iterator();
  }

  /** What to do with each document of a text. */
  @FunctionalInterface
  public interface Documents {
    void document(Tree document);
  }

  /**
   * Hands over each document that is not empty, in order. Those before a mistake are handed over
   * before it is thrown.
   */
  public static void read(String text, Documents documents) throws TreeSyntaxException {
    try {
      new YamlTree(text).readStream(documents);
    } catch (MarkedYamlEngineException e) {
      throw new TreeSyntaxException(line(e.getProblemMark().or(e::getContextMark)), problem(e));
    } catch (ReaderException e) {
      throw new TreeSyntaxException(
          lineOf(text, e.getPosition()),
          "no valid YAML: the character U+%04X is not allowed".formatted(e.getCodePoint()));
    } catch (YamlEngineException e) {
      throw new TreeSyntaxException(0, "no valid YAML: " + oneLine(e.getMessage()));
    }
  }

  private void readStream(Documents documents) throws TreeSyntaxException {
    while (events.hasNext()) {
      Event event = events.next();
      switch (event.getEventId()) {
        case DocumentStart -> {
          anchors.clear();
          Tree document = value(next());
          if (!(document instanceof Scalar scalar) || scalar.type() != ScalarType.NOTHING) {
            documents.document(document);
          }
        }
        case StreamStart, StreamEnd, DocumentEnd, Comment -> {}
        case Alias, Scalar, SequenceStart, SequenceEnd, MappingStart, MappingEnd ->
            throw new IllegalStateException("a value outside of a document: " + event);
      }
    }
  }

  private Tree value(Event event) throws TreeSyntaxException {
    int line = line(event.getStartMark());
    if (event instanceof AliasEvent alias) {
      return aliased(alias, line);
    }
    long valuesBefore = values;
    values++;
    Tree tree =
        switch (event.getEventId()) {
          case Scalar -> scalar((ScalarEvent) event, line);
          case SequenceStart -> sequence(line);
          case MappingStart -> mapping(line);
          default -> throw new IllegalStateException("no value: " + event);
        };
    if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
      // Known only now that it is complete: an alias inside of it to itself finds nothing.
      anchors.put(node.getAnchor().get(), new Anchored(tree, values - valuesBefore));
    }
    return tree;
  }

  private Tree aliased(AliasEvent alias, int line) throws TreeSyntaxException {
    Anchored anchored = anchors.get(alias.getAlias());
    if (anchored == null) {
      throw new TreeSyntaxException(
          line,
          "the alias *%s names nothing that is complete before it"
              .formatted(Field.abridged(alias.getAlias().getValue())));
    }
    values += anchored.values();
    aliasedValues += anchored.values();
    if (aliasedValues > ALIASED_VALUES_MAX) {
      throw new TreeSyntaxException(
          line, "aliases stand for more than %,d values".formatted(ALIASED_VALUES_MAX));
    }
    return anchored.tree();
  }

  private Sequence sequence(int line) throws TreeSyntaxException {
    deeper(line);
    List<Tree> items = new ArrayList<>();
    for (Event event = next(); event.getEventId() != Event.ID.SequenceEnd; event = next()) {
      items.add(value(event));
    }
    depth--;
    return new Sequence(items, line);
  }

  private Mapping mapping(int line) throws TreeSyntaxException {
    deeper(line);
    Map<String, Tree> fields = new LinkedHashMap<>();
    for (Event event = next(); event.getEventId() != Event.ID.MappingEnd; event = next()) {
      int keyLine = line(event.getStartMark());
      if (!(value(event) instanceof Scalar key)) {
        throw new TreeSyntaxException(keyLine, "a key must be text, not a list or a mapping");
      }
      if (fields.putIfAbsent(key.text(), value(next())) != null) {
        throw new TreeSyntaxException(
            keyLine, "the key \"%s\" is there twice".formatted(Field.abridged(key.text())));
      }
    }
    depth--;
    return new Mapping(fields, line);
  }

  private void deeper(int line) throws TreeSyntaxException {
    depth++;
    if (depth > JsonTree.DEPTH_MAX) {
      throw new TreeSyntaxException(
          line, "nested more than %d levels deep".formatted(JsonTree.DEPTH_MAX));
    }
  }

  private Scalar scalar(ScalarEvent event, int line) {
    String text = event.getValue();
    String tag = event.getTag().orElse("");
    if (tag.isEmpty() || tag.equals("!")) {
      // An unquoted word may be a number or a flag, and with the tag "!" it is text.
      tag =
          event.isPlain() && tag.isEmpty()
              ? resolver.resolve(text, true).getValue()
              : Tag.STR.getValue();
    }
    if (tag.equals(Tag.INT.getValue())) {
      return new Scalar(ScalarType.NUMBER, decimal(text), line);
    }
    if (tag.equals(Tag.FLOAT.getValue())) {
      return new Scalar(ScalarType.NUMBER, text, line);
    }
    if (tag.equals(Tag.BOOL.getValue())) {
      // The core schema has true, True and TRUE.
      return new Scalar(ScalarType.FLAG, Boolean.toString(Boolean.parseBoolean(text)), line);
    }
    if (tag.equals(Tag.NULL.getValue())) {
      return new Scalar(ScalarType.NOTHING, text, line);
    }
    return new Scalar(ScalarType.TEXT, text, line);
  }

  /** YAML 1.2 section 10.3.2 has 0o17 and 0x1F beside decimal numbers. */
  private static String decimal(String text) {
    try {
      if (text.startsWith("0x")) {
        return Long.toString(Long.parseLong(text, 2, text.length(), 16));
      }
      if (text.startsWith("0o")) {
        return Long.toString(Long.parseLong(text, 2, text.length(), 8));
      }
    } catch (NumberFormatException beyondAnyUse) {
      return text;
    }
    return text.startsWith("+") ? text.substring(1) : text;
  }

  private Event next() {
    if (!events.hasNext()) {
      throw new NoSuchElementException("the YAML parser stopped inside a document");
    }
    return events.next();
  }

  private static int line(Optional<Mark> mark) {
    return mark.map(found -> found.getLine() + 1).orElse(0);
  }

  private static int lineOf(String text, int codePointIndex) {
    int line = 1;
    int at = 0;
    for (int i = 0; i < codePointIndex && at < text.length(); i++) {
      int c = text.codePointAt(at);
      line += c == '\n' ? 1 : 0;
      at += Character.charCount(c);
    }
    return line;
  }

  private static String problem(MarkedYamlEngineException e) {
    String problem = oneLine(e.getProblem());
    String context = oneLine(e.getContext());
    return "no valid YAML: " + (context.isEmpty() ? problem : context + ", " + problem);
  }

  private static String oneLine(@Nullable String message) {
    return message == null ? "" : Field.abridged(message.strip(), 200);
  }
}

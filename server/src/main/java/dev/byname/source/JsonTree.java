package dev.byname.source;

import dev.byname.source.Tree.Mapping;
import dev.byname.source.Tree.Scalar;
import dev.byname.source.Tree.ScalarType;
import dev.byname.source.Tree.Sequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonFactoryBuilder;

/**
 * JSON to {@link Tree}, strictly: a field given twice is an error, as is anything after the value.
 *
 * <p>{@link #read(JsonParser)} takes one value out of a longer stream, so that a list of ten
 * thousand objects can be decoded one by one without ever being in memory.
 */
public final class JsonTree {
  /** Nesting of lists and mappings; a Kubernetes object needs about 20. */
  static final int DEPTH_MAX = 100;

  /** How Jackson begins its message, before the key in quotes. */
  private static final String DUPLICATE = "Duplicate Object property ";

  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEPTH_MAX).build())
          .build();

  private JsonTree() {}

  /** Reads a whole text in UTF-8. */
  public static Tree read(byte[] json) throws TreeSyntaxException {
    return readWhole(FACTORY.createParser(ObjectReadContext.empty(), json));
  }

  /** Reads a whole text. */
  public static Tree read(String json) throws TreeSyntaxException {
    return readWhole(FACTORY.createParser(ObjectReadContext.empty(), json));
  }

  private static Tree readWhole(JsonParser json) throws TreeSyntaxException {
    try (JsonParser parser = json) {
      if (parser.nextToken() == null) {
        throw new TreeSyntaxException(1, "the JSON text is empty");
      }
      Tree tree = read(parser);
      if (parser.nextToken() != null) {
        throw new TreeSyntaxException(
            line(parser), "there is more after the end of the JSON value");
      }
      return tree;
    } catch (JacksonException e) {
      TreeSyntaxException syntax = syntax(e);
      throw syntax.line() > 0
          ? syntax
          : new TreeSyntaxException(
              Math.max(0, json.currentLocation().getLineNr()), syntax.problem());
    }
  }

  /**
   * Reads the value that the parser stands on, and leaves it on the value's last token.
   *
   * @throws JacksonException when the rest of the value is no JSON
   */
  public static Tree read(JsonParser parser) {
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT -> {
        int line = line(parser);
        Map<String, Tree> fields = new LinkedHashMap<>();
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
          parser.nextToken();
          if (name.equals("managedFields")) {
            // Often longer than the rest of the object, and nothing to us.
            parser.skipChildren();
          } else {
            fields.put(name, read(parser));
          }
        }
        yield new Mapping(fields, line);
      }
      case START_ARRAY -> {
        int line = line(parser);
        List<Tree> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(read(parser));
        }
        yield new Sequence(items, line);
      }
      case VALUE_STRING -> scalar(ScalarType.TEXT, parser);
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> scalar(ScalarType.NUMBER, parser);
      case VALUE_TRUE, VALUE_FALSE -> scalar(ScalarType.FLAG, parser);
      case VALUE_NULL -> scalar(ScalarType.NOTHING, parser);
      case null, default ->
          throw new IllegalStateException("the parser is not on a value: " + token);
    };
  }

  /**
   * As {@link #read(JsonParser)} for the object that the parser stands on, but skips the rest as
   * soon as its metadata says that it is known: then nothing more is made of it, and null returned.
   */
  public static @Nullable Tree readUnlessKnown(JsonParser parser, Predicate<Tree> knownByMetadata) {
    int line = line(parser);
    Map<String, Tree> fields = new LinkedHashMap<>();
    boolean known = false;
    for (String name = parser.nextName(); name != null; name = parser.nextName()) {
      parser.nextToken();
      if (known) {
        parser.skipChildren();
        continue;
      }
      Tree value = read(parser);
      fields.put(name, value);
      known = name.equals("metadata") && knownByMetadata.test(value);
    }
    return known ? null : new Mapping(fields, line);
  }

  /** Jackson's complaint in our words, without the excerpts of the source that it adds. */
  public static TreeSyntaxException syntax(JacksonException e) {
    int line = e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getLineNr());
    String message = firstLine(e.getOriginalMessage());
    if (message.startsWith(DUPLICATE)) {
      return new TreeSyntaxException(
          line, "the key %s is there twice".formatted(message.substring(DUPLICATE.length())));
    }
    if (e instanceof StreamConstraintsException && message.contains("nesting depth")) {
      return new TreeSyntaxException(line, "nested more than %d levels deep".formatted(DEPTH_MAX));
    }
    return new TreeSyntaxException(line, "no valid JSON: " + message);
  }

  private static Scalar scalar(ScalarType type, JsonParser parser) {
    return new Scalar(type, parser.getString(), line(parser));
  }

  private static int line(JsonParser parser) {
    return Math.max(0, parser.currentTokenLocation().getLineNr());
  }

  private static String firstLine(@Nullable String message) {
    if (message == null) {
      return "unreadable";
    }
    int end = message.indexOf('\n');
    return Field.abridged(end < 0 ? message : message.substring(0, end), 200);
  }
}

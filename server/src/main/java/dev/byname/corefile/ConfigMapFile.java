package dev.byname.corefile;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A ConfigMap in a file, as {@code kubectl get -o yaml} or {@code -o json} writes it: JSON is YAML
 * too.
 *
 * <p>Read as a stream of events and not as a tree, because a tree of a hostile file can be too deep
 * for the stack, and aliases can blow it up.
 */
final class ConfigMapFile {
  static final String COREFILE_KEY = "Corefile";

  /** A line or a JSON member that a Corefile cannot have by accident. */
  private static final Pattern KIND =
      Pattern.compile(
          "(^|[{,])\\s*\"?kind\"?\\s*:\\s*[\"']?ConfigMap[\"']?\\s*($|[,}])", Pattern.MULTILINE);

  /**
   * A ConfigMap is three deep, and its metadata hardly deeper. The scanner's work grows with the
   * square of the depth: 200,000 open brackets keep it busy for half a minute.
   */
  private static final int DEPTH_MAX = 100;

  /** A value of the ConfigMap, with the place where its text begins. */
  record Text(String text, Source source) {}

  private final Source source;
  private final Problems problems;
  private final Map<String, Text> data = new LinkedHashMap<>();
  private int depth;
  private @Nullable String key;
  private @Nullable String dataKey;
  private boolean inData;

  private ConfigMapFile(Source source, Problems problems) {
    this.source = source;
    this.problems = problems;
  }

  static boolean isOne(String text) {
    return KIND.matcher(text).find();
  }

  /** The values under {@code data}; null when the file is broken, which is reported. */
  static @Nullable Map<String, Text> read(Source source, String text, Problems problems) {
    var complaints = new Problems();
    var settings =
        LoadSettings.builder()
            .setLabel(source.name())
            .setCodePointLimit(ImportedFiles.FILE_BYTES_MAX)
            .build();
    var reader = new ConfigMapFile(source, complaints);
    try {
      var documents = 0;
      for (var event : new Parse(settings).parseString(text)) {
        if (event instanceof DocumentStartEvent && ++documents > 1) {
          reader.complain(event, "a second document; only one ConfigMap is expected");
          break;
        }
        reader.take(event);
        if (reader.depth > DEPTH_MAX) {
          reader.complain(event, "nested more than %d deep".formatted(DEPTH_MAX));
          break;
        }
      }
    } catch (MarkedYamlEngineException broken) {
      // The end of the file tells less than where the unfinished thing begins.
      var mark =
          broken
              .getProblemMark()
              .filter(place -> place.getIndex() < text.length())
              .or(broken::getContextMark);
      var line = mark.map(Mark::getLine).orElse(-1) + 1;
      complaints.add(new Location(source.name(), line), "this is not YAML: " + broken.getProblem());
    } catch (YamlEngineException broken) {
      complaints.add(
          Location.of(source.name()),
          "this is not YAML: " + Lexer.shortened(String.valueOf(broken.getMessage())));
    }
    problems.addAll(complaints);
    return complaints.hasErrors() ? null : reader.data;
  }

  /** Keys stand at depth 1 and, under data, at depth 2; everything deeper is passed over. */
  private void take(Event event) {
    switch (event) {
      case ScalarEvent scalar -> scalar(scalar);
      case AliasEvent alias -> {
        if (inData && depth == 2) {
          complain(alias, "aliases are not understood here");
          dataKey = null;
        } else if (depth == 1) {
          key = null;
        }
      }
      case CollectionStartEvent start -> {
        if (depth == 1 && "data".equals(key)) {
          if (start instanceof MappingStartEvent) {
            inData = true;
          } else {
            complain(start, "data must be a mapping");
          }
        } else if (inData && depth == 2) {
          complain(start, "data.%s must be text".formatted(dataKey));
        }
        depth++;
      }
      case CollectionEndEvent end -> {
        depth--;
        if (depth == 1) {
          inData = false;
          key = null;
        } else if (depth == 2) {
          dataKey = null;
        }
      }
      default -> {
        // the beginnings and ends of stream and document
      }
    }
  }

  private void scalar(ScalarEvent scalar) {
    if (depth == 1) {
      key = key == null ? scalar.getValue() : null;
    } else if (inData && depth == 2) {
      if (dataKey == null) {
        dataKey = scalar.getValue();
      } else {
        value(dataKey, scalar);
        dataKey = null;
      }
    }
  }

  private void value(String name, ScalarEvent scalar) {
    var line = line(scalar);
    // Only a literal block keeps the lines of its text where they are in the file.
    var textSource =
        scalar.getScalarStyle() == ScalarStyle.LITERAL
            ? new Source(source.name(), source.path(), line + 1)
            : scalar.getValue().strip().contains("\n")
                ? new Source("%s, data.%s".formatted(source.name(), name), source.path())
                : new Source(source.name(), source.path(), line);
    if (data.put(name, new Text(scalar.getValue(), textSource)) != null) {
      complain(scalar, "data.%s is given twice".formatted(name));
    }
  }

  private void complain(Event event, String message) {
    problems.add(source.line(line(event)), message);
  }

  private static int line(Event event) {
    return event.getStartMark().map(Mark::getLine).orElse(0) + 1;
  }
}

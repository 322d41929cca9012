package dev.byname.resolverconfig.injection;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.byname.resolverconfig.resolvconf.RefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** YAML (and so JSON) files as plain maps and lists, within bounds. */
public final class YamlDocuments {
  /** A file of more is refused; etcd keeps no object of more than 1.5 MiB. */
  public static final int SIZE_LIMIT_BYTES = 4 << 20;

  private static final int DEPTH_MAX = 64;

  // Each alias to a collection can double what a deep copy makes of the document.
  private static final int COLLECTION_ALIASES_MAX = 10;

  private YamlDocuments() {}

  /**
   * Reads all documents of a file, empty ones left out.
   *
   * @param file {@code -} reads standard input
   * @throws RefusedException with {@code file:line}
   */
  public static List<Map<?, ?>> read(Path file) {
    return parse(file.toString(), readBounded(file));
  }

  /** At most one byte over the limit, so that a file without end does no harm. */
  static byte[] readBounded(Path file) {
    try (InputStream in = file.toString().equals("-") ? System.in : Files.newInputStream(file)) {
      return in.readNBytes(SIZE_LIMIT_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw new RefusedException(file.toString(), "there is no such file");
    } catch (IOException e) {
      throw new RefusedException(file.toString(), "cannot be read: " + e.getMessage());
    }
  }

  /**
   * Parses what is in memory.
   *
   * @param file the name that problems carry
   * @throws RefusedException with {@code file:line}
   */
  public static List<Map<?, ?>> parse(String file, byte[] content) {
    if (content.length > SIZE_LIMIT_BYTES) {
      throw new RefusedException(file, "is larger than %d MiB".formatted(SIZE_LIMIT_BYTES >> 20));
    }
    var settings =
        LoadSettings.builder()
            .setLabel(file)
            .setAllowDuplicateKeys(false)
            .setCodePointLimit(SIZE_LIMIT_BYTES)
            .setMaxAliasesForCollections(COLLECTION_ALIASES_MAX)
            .build();
    try {
      var text = UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
      checkDepth(file, new Parse(settings).parseString(text));
      var documents = new ArrayList<Map<?, ?>>();
      for (Object document : new Load(settings).loadAllFromString(text)) {
        object(file, document).ifPresent(documents::add);
      }
      return List.copyOf(documents);
    } catch (CharacterCodingException e) {
      throw new RefusedException(file, "is not UTF-8");
    } catch (MarkedYamlEngineException e) {
      throw new RefusedException(place(file, e.getProblemMark()), e.getProblem());
    } catch (YamlEngineException e) {
      throw new RefusedException(file, "is not YAML: " + e.getMessage());
    }
  }

  private static Optional<Map<?, ?>> object(String file, @Nullable Object document) {
    if (document == null) {
      return Optional.empty();
    }
    if (document instanceof Map<?, ?> map) {
      return Optional.of(map);
    }
    throw new RefusedException(file, "has a document that is no object");
  }

  /** The loader recurses, the parser does not; so depth is checked on the parser's events. */
  private static void checkDepth(String file, Iterable<Event> events) {
    int depth = 0;
    for (var event : events) {
      if (event instanceof CollectionStartEvent && ++depth > DEPTH_MAX) {
        throw new RefusedException(
            place(file, event.getStartMark()), "is nested more than %d deep".formatted(DEPTH_MAX));
      }
      if (event instanceof CollectionEndEvent) {
        depth--;
      }
    }
  }

  private static String place(String file, Optional<Mark> mark) {
    return file + mark.map(at -> ":" + (at.getLine() + 1)).orElse("");
  }

  /** One document in block style, in the order of its maps. */
  static String dump(Map<?, ?> document) {
    return new Dump(
            DumpSettings.builder()
                .setDefaultFlowStyle(FlowStyle.BLOCK)
                .setWidth(Integer.MAX_VALUE)
                .setSplitLines(false)
                .setDereferenceAliases(true)
                .build())
        .dumpToString(document);
  }
}

package dev.byname.resolverconfig.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.byname.source.JsonTree;
import dev.byname.source.Tree;
import dev.byname.source.TreeSyntaxException;
import dev.byname.source.YamlTree;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Kubernetes objects in YAML or JSON, as JSON trees with all their fields: files with several
 * documents, {@code List} kinds, folders with subfolders. Files whose names begin with a dot are
 * passed over, as the server does.
 *
 * @param objects in the order of the files' names
 * @param problems what could not be read, with file and line
 */
public record Manifests(List<Manifest> objects, List<Problem> problems) {
  /** A bound for what is read into memory; the largest List of Services is a tenth of it. */
  private static final long FILE_BYTES_MAX = 64L << 20;

  private static final int FOLDER_DEPTH_MAX = 32;

  /** YAML has braces too, but rarely quotes after them. */
  private static final Pattern JSON_OBJECT = Pattern.compile("\\s*\\{\\s*[\"}]");

  /**
   * An object and where it stands.
   *
   * @param origin file and line: {@code demo.yaml:12}
   */
  public record Manifest(String origin, ObjectNode object) {
    /** Whether it is a Service of the core API. */
    public boolean isService() {
      return is("v1", "Service");
    }

    boolean is(String apiVersion, String kind) {
      return object.path("apiVersion").stringValue("").equals(apiVersion)
          && object.path("kind").stringValue("").equals(kind);
    }
  }

  /**
   * What could not be read.
   *
   * @param place the file, with the line where there is one
   */
  public record Problem(String place, String reason) {
    @Override
    public String toString() {
      return place + ": " + reason;
    }
  }

  /** Reads a text. */
  public static Manifests ofText(String text, String name) {
    var reader = new Reader();
    reader.read(text, name);
    return reader.done();
  }

  /**
   * Takes the items of lists that an API server has sent; those say neither kind nor apiVersion.
   *
   * @param name before each object's own, for messages
   */
  public static Manifests ofItems(List<Tree> items, String apiVersion, String kind, String name) {
    var objects = new ArrayList<Manifest>();
    for (var item : items) {
      if (toJson(item) instanceof ObjectNode object) {
        object.put("apiVersion", apiVersion).put("kind", kind);
        var metadata = object.path("metadata");
        var namespace = metadata.path("namespace").stringValue("");
        var own = metadata.path("name").stringValue("");
        objects.add(
            new Manifest(name + "/" + (namespace.isEmpty() ? "" : namespace + "/") + own, object));
      }
    }
    return new Manifests(objects, List.of());
  }

  /** All of several. */
  public static Manifests joined(List<Manifests> parts) {
    return new Manifests(
        parts.stream().flatMap(part -> part.objects.stream()).toList(),
        parts.stream().flatMap(part -> part.problems.stream()).toList());
  }

  /** Reads a file, or all YAML and JSON files below a folder. */
  public static Manifests of(Path fileOrFolder) {
    return of(fileOrFolder, file -> true);
  }

  /** Reads a file, or those YAML and JSON files below a folder that the filter lets through. */
  public static Manifests of(Path fileOrFolder, Predicate<Path> filter) {
    var reader = new Reader();
    if (Files.isDirectory(fileOrFolder)) {
      for (var file : reader.filesBelow(fileOrFolder)) {
        if (filter.test(file)) {
          reader.readFile(file, fileOrFolder.relativize(file).toString());
        }
      }
    } else {
      reader.readFile(fileOrFolder, fileOrFolder.toString());
    }
    return reader.done();
  }

  private static final class Reader {
    private final List<Manifest> objects = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();

    Manifests done() {
      return new Manifests(List.copyOf(objects), List.copyOf(problems));
    }

    void readFile(Path file, String name) {
      try {
        if (Files.size(file) > FILE_BYTES_MAX) {
          problems.add(new Problem(name, "is larger than 64 MiB"));
          return;
        }
        read(Files.readString(file), name);
      } catch (CharacterCodingException notUtf8) {
        problems.add(new Problem(name, "is no UTF-8 text"));
      } catch (IOException unreadable) {
        problems.add(new Problem(name, "cannot be read: " + unreadable.getMessage()));
      }
    }

    void read(String text, String name) {
      try {
        if (JSON_OBJECT.matcher(text).lookingAt()) {
          add(JsonTree.read(text.getBytes(UTF_8)), name);
        } else {
          YamlTree.read(text, document -> add(document, name));
        }
      } catch (TreeSyntaxException broken) {
        problems.add(new Problem(name + ":" + broken.line(), broken.problem()));
      }
    }

    private void add(Tree document, String name) {
      if (!(toJson(document) instanceof ObjectNode object)) {
        problems.add(new Problem(name + ":" + document.line(), "is no Kubernetes object"));
        return;
      }
      var kind = object.path("kind").stringValue("");
      if (kind.endsWith("List") && document instanceof Tree.Mapping mapping) {
        if (mapping.fields().get("items") instanceof Tree.Sequence items) {
          for (var item : items.items()) {
            addItem(item, object, kind, name);
          }
        }
      } else if (kind.isEmpty()) {
        problems.add(new Problem(name + ":" + document.line(), "has no kind"));
      } else {
        objects.add(new Manifest(name + ":" + document.line(), object));
      }
    }

    /** The items of a ServiceList as the API serves it say neither their kind nor apiVersion. */
    private void addItem(Tree item, ObjectNode list, String listKind, String name) {
      if (!(toJson(item) instanceof ObjectNode object)) {
        problems.add(new Problem(name + ":" + item.line(), "is no Kubernetes object"));
        return;
      }
      if (!object.has("kind") && !listKind.equals("List")) {
        object.put("kind", listKind.substring(0, listKind.length() - "List".length()));
        object.set("apiVersion", list.path("apiVersion"));
      }
      objects.add(new Manifest(name + ":" + item.line(), object));
    }

    List<Path> filesBelow(Path folder) {
      var files = new ArrayList<Path>();
      try {
        Files.walkFileTree(
            folder,
            EnumSet.of(FileVisitOption.FOLLOW_LINKS),
            FOLDER_DEPTH_MAX,
            new SimpleFileVisitor<>() {
              @Override
              public FileVisitResult preVisitDirectory(Path each, BasicFileAttributes attributes) {
                return isHidden(each) && !each.equals(folder)
                    ? FileVisitResult.SKIP_SUBTREE
                    : FileVisitResult.CONTINUE;
              }

              @Override
              public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile() && !isHidden(file) && isManifest(file)) {
                  files.add(file);
                }
                return FileVisitResult.CONTINUE;
              }

              @Override
              public FileVisitResult visitFileFailed(Path file, IOException failed) {
                problems.add(
                    new Problem(
                        folder.relativize(file).toString(),
                        "cannot be read: " + failed.getMessage()));
                return FileVisitResult.CONTINUE;
              }
            });
      } catch (IOException failed) {
        problems.add(new Problem(folder.toString(), "cannot be read: " + failed.getMessage()));
      }
      files.sort(null);
      return files;
    }

    private static boolean isHidden(Path file) {
      return String.valueOf(file.getFileName()).startsWith(".");
    }

    private static boolean isManifest(Path file) {
      var name = String.valueOf(file.getFileName());
      return Stream.of(".yaml", ".yml", ".json").anyMatch(name::endsWith);
    }
  }

  private static JsonNode toJson(Tree tree) {
    var json = JsonNodeFactory.instance;
    return switch (tree) {
      case Tree.Mapping mapping -> {
        var object = json.objectNode();
        mapping.fields().forEach((name, value) -> object.set(name, toJson(value)));
        yield object;
      }
      case Tree.Sequence sequence -> {
        var array = json.arrayNode();
        sequence.items().forEach(item -> array.add(toJson(item)));
        yield array;
      }
      case Tree.Scalar scalar ->
          switch (scalar.type()) {
            case TEXT -> json.stringNode(scalar.text());
            case FLAG -> json.booleanNode(Boolean.parseBoolean(scalar.text()));
            case NOTHING -> json.nullNode();
            case NUMBER -> number(scalar.text());
          };
    };
  }

  private static JsonNode number(String text) {
    var json = JsonNodeFactory.instance;
    try {
      var whole = new BigInteger(text);
      if (whole.bitLength() < Integer.SIZE) {
        return json.numberNode(whole.intValue());
      }
      return whole.bitLength() < Long.SIZE
          ? json.numberNode(whole.longValue())
          : json.numberNode(whole);
    } catch (NumberFormatException notWhole) {
      try {
        return json.numberNode(new BigDecimal(text));
      } catch (NumberFormatException special) {
        // .inf and .nan: no JSON has them, so they are as good as text.
        return json.stringNode(text);
      }
    }
  }
}

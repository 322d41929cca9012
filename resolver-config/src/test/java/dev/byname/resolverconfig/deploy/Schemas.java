package dev.byname.resolverconfig.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.json.JsonMapper;

/**
 * Objects against the published schemas of their kinds, as the npm packages in {@code src/test/npm}
 * bring them. Two readers, because each sees what the other does not: the TypeScript compiler finds
 * fields that do not exist, the validators find values that break a pattern or a range; wrong
 * types, missing fields and words that are none of a list are found by both.
 */
final class Schemas {
  private static final Pattern ERROR =
      Pattern.compile("^(\\d+)\\.ts\\((\\d+),\\d+\\): error (.*)$");
  private static final JsonMapper JSON = new JsonMapper();

  private Schemas() {}

  /** Skips the calling test, with the reason, where the packages are not installed. */
  static void assumeInstalled() {
    var modules = System.getenv("BYNAME_NODE_MODULES");
    var missing =
        "skipped: BYNAME_NODE_MODULES names no folder with the packages in src/test/npm;"
            + " scripts/test installs them";
    if (modules == null || !Files.isRegularFile(Path.of(modules, "typescript/package.json"))) {
      System.out.println(missing);
      Assumptions.abort(missing);
    }
  }

  /**
   * What is wrong with each Kubernetes object, by its key in the map; an empty list if nothing is.
   *
   * @param folder empty, for the files that the two readers want
   */
  static Map<String, List<String>> problems(Path folder, Map<String, ? extends Map<?, ?>> objects) {
    var sources = new LinkedHashMap<String, String>();
    var toValidate = new ArrayList<Map<String, Object>>();
    objects.forEach((key, object) -> {
      var kind = String.valueOf(object.get("kind"));
      var module = module(String.valueOf(object.get("apiVersion")), kind);
      var type = "I" + kind + " & { metadata: { name: string } }";
      sources.put(
          key, "import type { I%s } from \"%s\";\n%s".formatted(kind, module, is(object, type)));
      toValidate.add(Map.of("module", module, "kind", kind, "object", object));
    });
    var problems = compile(folder, sources);
    try (InputStream script = Schemas.class.getResourceAsStream("validate.mjs")) {
      Files.copy(Objects.requireNonNull(script), folder.resolve("validate.mjs"));
      JSON.writeValue(folder.resolve("objects.json").toFile(), toValidate);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    var keys = List.copyOf(objects.keySet());
    for (var line : run(folder, false, "node", "validate.mjs", "objects.json")) {
      var found = line.split(" ", 2);
      problems.get(keys.get(Integer.parseInt(found[0]))).add(found[1]);
    }
    return problems;
  }

  /** A line of TypeScript that says of a value, taken as JSON, that it has a type. */
  static String is(Object value, String type) {
    // A line for each field, so that an error's line names it.
    var json = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(value);
    return "export const it: " + type + " = " + json + ";\n";
  }

  /**
   * What the TypeScript compiler says of each of these sources, by its key.
   *
   * @param folder empty, for the files
   */
  static Map<String, List<String>> compile(Path folder, Map<String, String> sources) {
    var problems = new LinkedHashMap<String, List<String>>();
    var lines = new ArrayList<List<String>>();
    try {
      Files.createSymbolicLink(
          folder.resolve("node_modules"), Path.of(System.getenv("BYNAME_NODE_MODULES")));
      for (var source : sources.entrySet()) {
        problems.put(source.getKey(), new ArrayList<>());
        Files.writeString(folder.resolve(lines.size() + ".ts"), source.getValue());
        lines.add(source.getValue().lines().toList());
      }
      Files.writeString(
          folder.resolve("tsconfig.json"),
          """
          {"compilerOptions": {"strict": true, "noEmit": true, "module": "nodenext",
            "skipLibCheck": true, "types": []}, "include": ["*.ts"]}
          """);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    var keys = List.copyOf(sources.keySet());
    for (var line :
        run(folder, true, "node_modules/.bin/tsc", "--project", ".", "--pretty", "false")) {
      var error = ERROR.matcher(line);
      if (error.matches()) {
        int file = Integer.parseInt(error.group(1));
        var where = lines.get(file).get(Integer.parseInt(error.group(2)) - 1).strip();
        problems.get(keys.get(file)).add("at `" + where + "`: " + error.group(3));
      } else if (!line.startsWith(" ")) {
        // With a blank in front it goes on about the error before.
        throw new IllegalStateException("tsc: " + line);
      }
    }
    return problems;
  }

  private static String module(String apiVersion, String kind) {
    var owner =
        switch (apiVersion.replaceFirst("/.*", "")) {
          case "monitoring.coreos.com" -> "@kubernetes-models/prometheus-operator";
          case "cert-manager.io" -> "@kubernetes-models/cert-manager";
          default -> "kubernetes-models";
        };
    return owner + "/" + apiVersion + "/" + kind;
  }

  /** What a command printed on standard output; its errors go to the test's own. */
  private static List<String> run(Path folder, boolean mayFail, String... command) {
    try {
      var process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      process.getOutputStream().close();
      var output = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (process.waitFor() != 0 && (!mayFail || output.isEmpty())) {
        throw new IllegalStateException(String.join(" ", command) + ": " + output);
      }
      return output.lines().toList();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }
}

package dev.byname.source.manifests;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is wrong with the files at present. Each problem is logged once when it appears, and each
 * file once when it has none any more.
 */
final class ProblemReport {
  private static final Logger log = LoggerFactory.getLogger(ProblemReport.class);

  private final Path folder;

  /** By file, or by folder with a slash at its end; without the conflicts between files. */
  private final Map<String, List<ManifestProblem>> problems = new TreeMap<>();

  private Map<String, List<ManifestProblem>> reported = Map.of();

  ProblemReport(Path folder) {
    this.folder = folder;
  }

  /** This is wrong with the file, and nothing else any more. */
  void set(String file, String message) {
    set(file, List.of(new ManifestProblem(file, 0, message)));
  }

  /** These are wrong with the file, and nothing else any more. */
  void set(String file, List<ManifestProblem> all) {
    if (all.isEmpty()) {
      problems.remove(file);
    } else {
      problems.put(file, List.copyOf(all));
    }
  }

  void clear(String file) {
    problems.remove(file);
  }

  void clearBelow(String prefix) {
    problems.keySet().removeIf(file -> file.startsWith(prefix));
  }

  /** Logs what is new and what is over. */
  void report(List<ManifestProblem> conflicts) {
    var now = new TreeMap<>(problems);
    for (ManifestProblem conflict : conflicts) {
      var all = new ArrayList<>(now.getOrDefault(conflict.file(), List.of()));
      all.add(conflict);
      now.put(conflict.file(), all);
    }
    if (now.equals(reported)) {
      return;
    }
    now.forEach((file, all) -> {
      List<ManifestProblem> known = reported.getOrDefault(file, List.of());
      for (ManifestProblem problem : all) {
        if (!known.contains(problem)) {
          log.warn("manifests: {}", file.isEmpty() ? problem : folder.resolve(problem.toString()));
        }
      }
    });
    for (String file : reported.keySet()) {
      if (!now.containsKey(file)) {
        log.info("manifests: {}: no more problems", folder.resolve(file));
      }
    }
    reported = now;
  }

  /** Everything that was wrong at the last {@link #report}, sorted. */
  List<ManifestProblem> all() {
    var all = new ArrayList<ManifestProblem>();
    reported.values().forEach(all::addAll);
    Collections.sort(all);
    return List.copyOf(all);
  }
}

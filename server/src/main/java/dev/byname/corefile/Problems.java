package dev.byname.corefile;

import dev.byname.corefile.Problem.Severity;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Everything that is wrong with a configuration, so that the operator sees it all at once instead
 * of one mistake per restart. Whoever reads a part of the configuration adds to it and carries on
 * with a default; whoever asked for the configuration looks at {@link #hasErrors} in the end.
 *
 * <p>Used by the one thread that loads a configuration. A problem that is reported twice (a snippet
 * that is imported in two blocks) is kept once.
 */
public final class Problems {
  /** More would not be read by anybody, and a hostile file could otherwise fill the memory. */
  static final int KEPT_MAX = 1_000;

  private final Set<Problem> kept = new LinkedHashSet<>();
  private int dropped;
  private boolean hasErrors;

  /** The configuration cannot be used. */
  public void add(Location location, String message) {
    keep(new Problem(Severity.ERROR, location, message));
  }

  /** The configuration can be used, but probably does not say what its author meant. */
  public void warn(Location location, String message) {
    keep(new Problem(Severity.WARNING, location, message));
  }

  /** Takes over what was collected apart. */
  public void addAll(Problems others) {
    others.kept.forEach(this::keep);
    dropped += others.dropped;
    hasErrors |= others.hasErrors;
  }

  private void keep(Problem problem) {
    hasErrors |= problem.severity() == Severity.ERROR;
    if (kept.contains(problem)) {
      return;
    }
    if (kept.size() < KEPT_MAX) {
      kept.add(problem);
    } else {
      dropped++;
    }
  }

  /** Whether the configuration must be refused. */
  public boolean hasErrors() {
    return hasErrors;
  }

  public boolean isEmpty() {
    return kept.isEmpty();
  }

  /** Errors and warnings by file and line; those of one line in the order they were found. */
  public List<Problem> all() {
    var sorted = new ArrayList<>(kept);
    sorted.sort((one, other) -> one.location().compareTo(other.location()));
    return List.copyOf(sorted);
  }

  public List<Problem> errors() {
    return ofSeverity(Severity.ERROR);
  }

  public List<Problem> warnings() {
    return ofSeverity(Severity.WARNING);
  }

  private List<Problem> ofSeverity(Severity severity) {
    return all().stream().filter(problem -> problem.severity() == severity).toList();
  }

  /** One line each, sorted by place; empty text when there are none. */
  @Override
  public String toString() {
    var lines = all().stream().map(Problem::toString).collect(Collectors.joining("\n"));
    return dropped == 0 ? lines : lines + "\n(and " + dropped + " more)";
  }
}

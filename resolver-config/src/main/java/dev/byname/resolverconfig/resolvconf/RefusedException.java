package dev.byname.resolverconfig.resolvconf;

import java.util.List;
import java.util.stream.Collectors;

/** An input that cannot be used; carries everything that is wrong with it, not just the first. */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  /** Takes at least one problem. */
  public RefusedException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  public RefusedException(String where, String what) {
    this(List.of(new Problem(where, what)));
  }

  public List<Problem> problems() {
    return problems;
  }
}

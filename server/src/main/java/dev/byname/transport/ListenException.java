package dev.byname.transport;

import java.util.List;

/** Listeners could not be opened: every reason, a line each, with what the operator can do. */
public final class ListenException extends Exception {
  private final transient List<String> problems;

  ListenException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  public List<String> problems() {
    return problems;
  }
}

package dev.byname.plugin.etcd;

import java.util.List;

/** What the messages say to a question. */
sealed interface Found {
  /**
   * The name exists.
   *
   * @param answer empty when it has nothing of the type
   */
  record Records(List<Part> answer, List<Part> additional) implements Found {
    public Records {
      answer = List.copyOf(answer);
      additional = List.copyOf(additional);
    }
  }

  record NoName() implements Found {}

  /** The messages contradict themselves. */
  record Broken(String reason) implements Found {}

  Found NO_DATA = new Records(List.of(), List.of());
}

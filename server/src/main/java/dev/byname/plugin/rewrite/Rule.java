package dev.byname.plugin.rewrite;

import dev.byname.rdata.RecordType;
import java.util.List;

/** What one directive does. */
sealed interface Rule {
  /**
   * Asks for another name.
   *
   * @param auto whether the client's name is put back where the other stands in the answer
   * @param answers further changes of the answer
   */
  record Name(Renaming renaming, boolean auto, List<AnswerEdit> answers) implements Rule {
    public Name {
      answers = List.copyOf(answers);
    }
  }

  record Type(RecordType from, RecordType to) implements Rule {}

  record QueryClass(int from, int to) implements Rule {}

  /** Changes an option of the query. */
  record Option(EdnsEdit edit) implements Rule {}

  /** Changes the answers for the names that are meant, and nothing of the query. */
  record Answer(Renaming names, AnswerEdit edit) implements Rule {}

  /** Leads CNAMEs elsewhere; applies to every query. */
  record Alias(Renaming targets) implements Rule {}
}

package dev.byname.plugin.etcd;

import dev.byname.rdata.Message.Question;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A piece of an answer; some pieces have to be asked elsewhere before they are whole. */
sealed interface Part {
  record Fixed(ResourceRecord record) implements Part {}

  /** A CNAME inside the zone; nothing at all when its target has nothing. */
  record Followed(ResourceRecord alias, List<Part> target) implements Part {
    public Followed {
      target = List.copyOf(target);
    }
  }

  /**
   * What another zone has for a name.
   *
   * @param alias in front of it; null for additional records
   * @param withAliases whether CNAMEs of the other zone are taken as well
   */
  record Elsewhere(@Nullable ResourceRecord alias, Question question, boolean withAliases)
      implements Part {}

  /** Adds all questions that the parts need an answer to. */
  static void collect(List<Part> parts, Set<Question> questions) {
    for (Part part : parts) {
      switch (part) {
        case Fixed fixed -> {}
        case Followed(_, List<Part> target) -> collect(target, questions);
        case Elsewhere(_, Question question, _) -> questions.add(question);
      }
    }
  }

  /**
   * The records, when everything that was asked is known.
   *
   * @param known answers to the questions; a missing one counts as empty
   */
  static List<ResourceRecord> records(List<Part> parts, Map<Question, List<ResourceRecord>> known) {
    var records = new ArrayList<ResourceRecord>();
    for (Part part : parts) {
      switch (part) {
        case Fixed(ResourceRecord record) -> records.add(record);
        case Followed(ResourceRecord alias, List<Part> target) -> {
          var found = records(target, known);
          if (!found.isEmpty()) {
            records.add(alias);
            records.addAll(found);
          }
        }
        case Elsewhere(ResourceRecord alias, Question question, boolean withAliases) -> {
          if (alias != null) {
            records.add(alias);
          }
          for (ResourceRecord record : known.getOrDefault(question, List.of())) {
            if (withAliases || !record.type().equals(RecordType.CNAME)) {
              records.add(record);
            }
          }
        }
      }
    }
    return records;
  }
}

package dev.byname.plugin.autopath;

import dev.byname.wire.DomainName;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** The search list of a resolv.conf. */
final class SearchDomains {
  private SearchDomains() {}

  /** {@code search} and {@code domain} replace each other: the last one counts (resolv.conf(5)). */
  static List<DomainName> of(String text) {
    List<DomainName> search = List.of();
    for (String line : text.lines().toList()) {
      String[] words = line.strip().split("\\s+");
      if (words.length > 1 && (words[0].equals("search") || words[0].equals("domain"))) {
        search =
            Arrays.stream(words)
                .skip(1)
                .limit(words[0].equals("domain") ? 1 : Long.MAX_VALUE)
                .map(DomainName::parse)
                .filter(Objects::nonNull)
                .map(DomainName::toLowerCase)
                .toList();
      }
    }
    return search;
  }
}

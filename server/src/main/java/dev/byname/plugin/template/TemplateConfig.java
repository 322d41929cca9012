package dev.byname.plugin.template;

import dev.byname.plugin.GoRegex;
import dev.byname.query.Response.ExtendedError;
import dev.byname.rdata.RecordType;
import dev.byname.wire.DomainName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the directives say, in the order of the file. */
record TemplateConfig(List<Template> templates) {
  TemplateConfig {
    templates = List.copyOf(templates);
  }

  /**
   * One directive.
   *
   * @param queryClass ANY for all
   * @param type ANY for all
   * @param patterns the first that matches the name counts
   * @param rcode of the answer; SERVFAIL is one without records
   * @param fallThrough names below these, when no pattern matches, go on
   */
  record Template(
      int queryClass,
      RecordType type,
      List<DomainName> zones,
      List<GoRegex> patterns,
      List<GoTemplate> answer,
      List<GoTemplate> authority,
      List<GoTemplate> additional,
      int rcode,
      @Nullable ExtendedError extendedError,
      List<DomainName> fallThrough) {

    boolean fallsThrough(DomainName name) {
      return fallThrough.stream().anyMatch(name::isSubdomainOf);
    }
  }
}

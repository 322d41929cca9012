package dev.byname.resolverconfig.cli;

import dev.byname.resolverconfig.resolvconf.Libc;
import dev.byname.resolverconfig.resolvconf.LibcView;
import dev.byname.resolverconfig.resolvconf.QueryPlan;
import java.util.ArrayList;
import java.util.List;

/** A query plan for people. */
record ExplainText(QueryPlan plan) {
  List<String> lines() {
    var lines = new ArrayList<String>();
    var view = plan.view();
    lines.add(
        "%s, as %s asks for it (ndots:%d, nameserver%s %s)"
            .formatted(
                plan.name(),
                view.libc().id(),
                view.ndots(),
                view.nameservers().size() == 1 ? "" : "s",
                String.join(", ", view.nameservers())));
    int width = plan.steps().stream().mapToInt(step -> step.queryName().length()).max().orElse(0);
    int number = 1;
    for (var step : plan.steps()) {
      lines.add(
          "%3d  %s  %s  %s"
              .formatted(
                  number++,
                  step.queryName() + " ".repeat(width - step.queryName().length()),
                  String.join(" + ", step.types()),
                  step.searchEntry().map(entry -> "search " + entry).orElse("as given")));
    }
    lines.add(cost());
    lines.add(ending(view.libc()));
    lines.add(manner(view));
    view.remarks().forEach(remark -> lines.add("note: " + remark.text()));
    plan.remarks().forEach(remark -> lines.add("note: " + remark.text()));
    lines.add("");
    lines.add("Instead:");
    var alternatives = plan.alternatives();
    int settingWidth = alternatives.stream().mapToInt(o -> o.setting().length()).max().orElse(0);
    for (var other : alternatives) {
      var pad = " ".repeat(settingWidth - other.setting().length());
      lines.add("  " + other.setting() + pad + "  " + effect(other));
    }
    return lines;
  }

  private String cost() {
    return "At most %s, %d packets with the answers."
        .formatted(queries(plan.queries()), 2 * plan.queries());
  }

  private static String ending(Libc libc) {
    return switch (libc) {
      case GLIBC ->
          "The first name with an address ends it; NXDOMAIN, no data and SERVFAIL lead to the next.";
      case MUSL ->
          "The first name that exists ends it, even without an address; only NXDOMAIN leads to the"
              + " next, SERVFAIL fails the lookup.";
    };
  }

  private static String manner(LibcView view) {
    return switch (view.libc()) {
      case GLIBC ->
          (view.flags().contains("single-request")
                  ? "A first, AAAA after its answer (single-request)"
                  : "A and AAAA leave together")
              + (view.flags().contains("use-vc") ? " over TCP" : "")
              + ", to one nameserver at a time"
              + (view.flags().contains("rotate") ? " in turns (rotate)" : "")
              + "; a silent one costs %d s, %d rounds."
                  .formatted(view.timeoutSeconds(), view.attempts());
      case MUSL ->
          "A and AAAA leave together to all nameservers at once, sent %d times within %d s."
              .formatted(view.attempts(), view.timeoutSeconds());
    };
  }

  private static String effect(QueryPlan.Alternative other) {
    var parts = new ArrayList<String>();
    parts.add(
        other
            .queriesIfAsGiven()
            .map(count -> queries(count) + " if the name is external" + saved(other.savedQueries()))
            .orElse("the name as given is never asked"));
    if (!other.lost().isEmpty()) {
      parts.add("never asks " + firstOf(other.lost()));
    }
    if (!other.later().isEmpty()) {
      parts.add("only then asks " + firstOf(other.later()));
    }
    return String.join("; ", parts);
  }

  private static String firstOf(List<String> names) {
    return names.size() == 1
        ? names.getFirst()
        : names.getFirst() + " and " + (names.size() - 1) + " more";
  }

  private static String saved(int queries) {
    return queries == 0 ? ", as now" : queries > 0 ? ", saves " + queries : ", costs " + -queries;
  }

  private static String queries(int count) {
    return count == 1 ? "1 query" : count + " queries";
  }
}

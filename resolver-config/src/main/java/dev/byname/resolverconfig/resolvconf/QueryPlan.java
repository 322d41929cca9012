package dev.byname.resolverconfig.resolvconf;

import static java.util.stream.Collectors.toSet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The names that {@code getaddrinfo(NAME, AF_UNSPEC)} tries, in order, if none of them has an
 * address; and what other settings would make of it. Pure: nothing is asked.
 *
 * @param name as the program gives it
 * @param steps in the order of asking; the first that has an address ends it
 * @param remarks why a step is missing or costs more
 */
public record QueryPlan(String name, LibcView view, List<Step> steps, List<Warning> remarks) {

  /**
   * One name, asked for A and AAAA.
   *
   * @param queryName with its trailing dot
   * @param searchEntry the entry behind it; empty for the name as given
   * @param types in the order of sending; they leave together unless glibc's {@code single-request}
   *     is set
   */
  public record Step(String queryName, Optional<String> searchEntry, List<String> types) {}

  /**
   * Another setting and what it does to this name.
   *
   * @param setting {@code ndots:1}, or the name with a trailing dot
   * @param queriesIfAsGiven sent until the answer when the name is one of the world outside; empty
   *     when the name as given is never asked
   * @param savedQueries compared with now; negative when it costs more
   * @param lost names that would no longer be asked
   * @param later names of the search list that would be asked only after the name as given
   */
  public record Alternative(
      String setting,
      Optional<Integer> queriesIfAsGiven,
      int savedQueries,
      List<String> lost,
      List<String> later) {}

  private static final int NAME_MAX = 253;
  private static final int LABEL_MAX = 63;

  public QueryPlan {
    steps = List.copyOf(steps);
    remarks = List.copyOf(remarks);
  }

  /**
   * Walks through the libc's search without asking anybody.
   *
   * @throws RefusedException when {@code name} can be no DNS name, or is an address
   */
  public static QueryPlan of(String name, LibcView view) {
    checkName(name);
    return switch (view.libc()) {
      case GLIBC -> new Planner(name, view).glibc();
      case MUSL -> new Planner(name, view).musl();
    };
  }

  /** Datagrams that carry a question when no step has an answer; each brings one back. */
  public int queries() {
    return queriesUpTo(steps.size());
  }

  /** Datagrams until the name as given is answered; empty when it is never asked. */
  public Optional<Integer> queriesUntilAsGiven() {
    for (int at = 0; at < steps.size(); at++) {
      if (steps.get(at).queryName().equals(absolute(name))) {
        return Optional.of(queriesUpTo(at + 1));
      }
    }
    return Optional.empty();
  }

  /** What {@code ndots:1}, {@code ndots:2} and a trailing dot would change. */
  public List<Alternative> alternatives() {
    var alternatives = new ArrayList<Alternative>();
    for (int ndots = 1; ndots <= 2; ndots++) {
      if (ndots != view.ndots()) {
        alternatives.add(compare("ndots:" + ndots, of(name, view.withNdots(ndots))));
      }
    }
    if (!name.endsWith(".")) {
      alternatives.add(compare(name + ".", of(name + ".", view)));
    }
    return alternatives;
  }

  private int queriesUpTo(int stepCount) {
    int types = steps.stream().limit(stepCount).mapToInt(step -> step.types().size()).sum();
    return types * serversPerQuery();
  }

  /** musl asks all nameservers at once; glibc the next one only when one is silent. */
  private int serversPerQuery() {
    return view.libc() == Libc.MUSL ? view.nameservers().size() : 1;
  }

  private Alternative compare(String setting, QueryPlan other) {
    var theirs = other.steps.stream().map(Step::queryName).collect(toSet());
    var lost =
        steps.stream().map(Step::queryName).filter(asked -> !theirs.contains(asked)).toList();
    var theirCost = other.queriesUntilAsGiven();
    return new Alternative(
        setting,
        theirCost,
        queriesUntilAsGiven().orElse(queries()) - theirCost.orElse(other.queries()),
        lost,
        other.afterAsGiven().stream().filter(step -> !afterAsGiven().contains(step)).toList());
  }

  private List<String> afterAsGiven() {
    var names = steps.stream().map(Step::queryName).toList();
    int asGiven = names.indexOf(absolute(name));
    return asGiven < 0 ? List.of() : names.subList(asGiven + 1, names.size());
  }

  private static String absolute(String name) {
    return name.endsWith(".") ? name : name + ".";
  }

  private static void checkName(String name) {
    var bare = DnsNames.withoutTrailingDot(name);
    if (IpLiteral.isValid(name)) {
      throw new RefusedException("NAME", name + " is an address: no resolver asks for it");
    }
    if (DnsNames.bytes(bare) > NAME_MAX) {
      throw new RefusedException("NAME", "is longer than 253 characters");
    }
    for (var label : bare.split("\\.", -1)) {
      if (label.isEmpty()) {
        throw new RefusedException("NAME", "'" + name + "' has an empty label");
      }
      if (DnsNames.bytes(label) > LABEL_MAX) {
        throw new RefusedException("NAME", "has a label of more than 63 characters: " + label);
      }
      if (label.chars().anyMatch(c -> c <= ' ' || c >= 127)) {
        throw new RefusedException(
            "NAME", "'" + label + "' has blanks or characters outside ASCII; use the A-label form");
      }
    }
  }

  private static final class Planner {
    private final String name;
    private final LibcView view;
    private final int dots;
    private final boolean rooted;
    private final List<Step> steps = new ArrayList<>();
    private final List<Warning> remarks = new ArrayList<>();

    Planner(String name, LibcView view) {
      this.name = name;
      this.view = view;
      this.dots = DnsNames.dots(name);
      this.rooted = name.endsWith(".");
    }

    /** res_search of glibc's resolv/res_query.c. */
    QueryPlan glibc() {
      boolean enoughDots = dots >= view.ndots();
      if (enoughDots || rooted) {
        askAsGiven();
      }
      if (!rooted) {
        searchGlibc();
        boolean tldForbidden = dots == 0 && view.flags().contains("no-tld-query");
        if (tldForbidden) {
          remark("no-tld-query: a name without dots is not asked as given");
        } else if (!enoughDots && !asked(absolute(name))) {
          askAsGiven();
        }
      }
      return new QueryPlan(name, view, steps, remarks);
    }

    private void searchGlibc() {
      for (var entry : view.searches()) {
        var domain = entry.startsWith(".") ? entry.substring(1) : entry;
        var queryName = domain.isEmpty() ? absolute(name) : absolute(name + "." + domain);
        if (!isName(queryName)) {
          remark(queryName + " can be no name: glibc leaves the rest of the search list out");
          return;
        }
        ask(queryName, entry);
      }
    }

    /** name_from_dns_search of musl's src/network/lookup_name.c. */
    QueryPlan musl() {
      boolean enoughDots = dots >= view.ndots();
      if (enoughDots && !rooted) {
        remark(
            "musl uses the search list only for names with fewer than %d dots"
                .formatted(view.ndots()));
      }
      if (!enoughDots && !rooted) {
        searchMusl();
      }
      askAsGiven();
      return new QueryPlan(name, view, steps, remarks);
    }

    private void searchMusl() {
      for (var entry : view.searches()) {
        var queryName = absolute(name + "." + entry);
        if (isName(queryName)) {
          ask(queryName, entry);
        } else {
          remark(queryName + " can be no name: musl skips it");
        }
      }
    }

    private static boolean isName(String queryName) {
      var bare = DnsNames.withoutTrailingDot(queryName);
      return DnsNames.bytes(bare) <= NAME_MAX
          && Arrays.stream(bare.split("\\.", -1))
              .allMatch(label -> !label.isEmpty() && DnsNames.bytes(label) <= LABEL_MAX);
    }

    private boolean asked(String queryName) {
      return steps.stream().anyMatch(step -> step.queryName().equals(queryName));
    }

    private void askAsGiven() {
      steps.add(new Step(absolute(name), Optional.empty(), types()));
    }

    private void ask(String queryName, String entry) {
      steps.add(new Step(queryName, Optional.of(entry), types()));
    }

    private List<String> types() {
      return view.flags().contains("no-aaaa") ? List.of("A") : List.of("A", "AAAA");
    }

    private void remark(String text) {
      remarks.add(new Warning(Rule.LIBC_LIMIT, text));
    }
  }
}

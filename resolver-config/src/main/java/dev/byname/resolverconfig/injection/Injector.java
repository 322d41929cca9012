package dev.byname.resolverconfig.injection;

import static java.util.stream.Collectors.toSet;

import dev.byname.resolverconfig.resolvconf.DnsConfig;
import dev.byname.resolverconfig.resolvconf.DnsOption;
import dev.byname.resolverconfig.resolvconf.DnsPolicy;
import dev.byname.resolverconfig.resolvconf.Entry;
import dev.byname.resolverconfig.resolvconf.Libc;
import dev.byname.resolverconfig.resolvconf.LibcView;
import dev.byname.resolverconfig.resolvconf.NodeDns;
import dev.byname.resolverconfig.resolvconf.PodDns;
import dev.byname.resolverconfig.resolvconf.PodResolvConf;
import dev.byname.resolverconfig.resolvconf.Problem;
import dev.byname.resolverconfig.resolvconf.RefusedException;
import dev.byname.resolverconfig.resolvconf.Rule;
import dev.byname.resolverconfig.resolvconf.Warning;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a pod gets. Pure and immutable: the same pod gets the same patch, and a patched pod
 * gets none.
 */
public final class Injector {
  /** Set by the user on a pod: {@code "false"} keeps the rules off, {@code "true"} opts in. */
  static final String WISH = "dns.byname.dev/inject";

  /** Set by us on a changed pod: the names of the rules that did it. */
  static final String DONE = "dns.byname.dev/injected";

  private final Rules rules;
  private final NodeDns node;

  /** What becomes of a pod. */
  sealed interface Outcome {
    List<String> warnings();

    /** The pod stays as it is; {@code reason} is for a human. */
    record Unchanged(String reason, List<String> warnings) implements Outcome {}

    /** The pod is changed by {@code rules}. */
    record Changed(Patch patch, List<String> rules, List<String> warnings) implements Outcome {}

    /** The pod is refused, because the rules file says so. */
    record Denied(String reason, List<String> warnings) implements Outcome {}
  }

  /**
   * Checks the rules against what is known of the cluster.
   *
   * @param node what the kubelets are told; its cluster DNS must be known
   * @throws RefusedException when a rule needs what {@code node} does not say
   */
  public Injector(Rules rules, NodeDns node) {
    var problems = new ArrayList<Problem>();
    if (node.clusterDns().isEmpty()) {
      problems.add(new Problem("--cluster-dns", "is needed to know what pods get without a rule"));
    }
    for (var rule : rules.rules()) {
      if (!rule.nameserversInFront().isEmpty() && node.file().isEmpty()) {
        problems.add(
            new Problem(
                "rule " + rule.name(),
                "nameserversInFront needs --node-resolv-conf: with policy None the pod would lose"
                    + " the node's searches (give /dev/null if the nodes have no such file)"));
      }
    }
    if (!problems.isEmpty()) {
      throw new RefusedException(problems);
    }
    this.rules = rules;
    this.node = node;
  }

  /** The injector for the rule of this name alone. */
  Optional<Injector> only(String ruleName) {
    return rules.only(ruleName).map(one -> new Injector(one, node));
  }

  /**
   * Decides for one pod.
   *
   * @param namespace of the request; a pod in a review may not name its own
   * @param pod the whole object, or a template with its {@code metadata} and {@code spec}
   */
  Outcome decide(String namespace, Map<?, ?> pod) {
    var warnings = new ArrayList<String>();
    var metadata = object(pod.get("metadata"));
    var wish = wish(metadata, warnings);
    if (rules.excludeNamespaces().contains(namespace)) {
      return unchanged("namespace " + namespace + " is excluded", warnings);
    }
    if (wish.equals(Optional.of(false))) {
      return unchanged("opted out by annotation " + WISH, warnings);
    }
    if (rules.mode() == Rules.Mode.OPT_IN && wish.isEmpty()) {
      return unchanged("not opted in by annotation " + WISH, warnings);
    }
    var labels = object(metadata.get("labels"));
    var matching = rules.rules().stream().filter(rule -> rule.matches(namespace, labels)).toList();
    if (matching.isEmpty()) {
      return unchanged("no rule matches", warnings);
    }
    PodDns dns;
    try {
      dns = PodDns.fromSpec(namespace, object(pod.get("spec")), "spec");
    } catch (RefusedException e) {
      // The API server refuses such a pod by itself, and in the words its users know.
      e.problems().forEach(problem -> warnings.add(problem.toString()));
      return unchanged("its DNS settings are invalid", warnings);
    }
    if (!dns.usesClusterDns()) {
      return unchanged(
          dns.policy() == DnsPolicy.NONE
              ? "policy None: the pod says everything itself"
              : "the pod does not use the cluster's DNS",
          warnings);
    }
    return new Merge(dns, matching).decide(pod, warnings);
  }

  /** What becomes of a pod when {@link #decide} failed: our bugs do not stop pods unasked. */
  Outcome afterBug() {
    var reason = "internal error, see the webhook's log";
    return switch (rules.onProblem()) {
      case ALLOW -> new Outcome.Unchanged(reason, List.of("pod left as it is: " + reason));
      case DENY -> new Outcome.Denied(reason, List.of());
    };
  }

  private static Outcome unchanged(String reason, List<String> warnings) {
    return new Outcome.Unchanged(reason, List.copyOf(warnings));
  }

  private static Optional<Boolean> wish(Map<?, ?> metadata, List<String> warnings) {
    return switch (object(metadata.get("annotations")).get(WISH)) {
      case null -> Optional.empty();
      case Object value when value.equals("true") -> Optional.of(true);
      case Object value when value.equals("false") -> Optional.of(false);
      case Object other -> {
        warnings.add(
            "metadata.annotations[%s]: must be \"true\" or \"false\", '%s' is ignored"
                .formatted(WISH, other));
        yield Optional.empty();
      }
    };
  }

  private static Map<?, ?> object(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  /** The rules laid over one pod. */
  private final class Merge {
    private final PodDns before;
    private final List<Rules.Rule> matching;
    private final LinkedHashSet<String> applied = new LinkedHashSet<>();
    private final List<String> notApplied = new ArrayList<>();
    private DnsConfig config;
    private DnsPolicy policy;

    Merge(PodDns before, List<Rules.Rule> matching) {
      this.before = before;
      this.matching = matching;
      this.config = before.config();
      this.policy = before.policy();
    }

    Outcome decide(Map<?, ?> pod, List<String> warnings) {
      matching.forEach(this::addOptions);
      matching.forEach(this::addSearches);
      putNameserversInFront();
      if (!notApplied.isEmpty() && rules.onProblem() == Rules.OnProblem.DENY) {
        return new Outcome.Denied(String.join("; ", notApplied), List.copyOf(warnings));
      }
      warnings.addAll(notApplied);
      if (applied.isEmpty()) {
        return unchanged("it has everything already", warnings);
      }
      warnings.addAll(libcWarnings());
      return new Outcome.Changed(patch(pod), List.copyOf(applied), List.copyOf(warnings));
    }

    private void addOptions(Rules.Rule rule) {
      var options = new ArrayList<>(config.options());
      var names = options.stream().map(DnsOption::name).collect(toSet());
      for (var option : rule.options()) {
        if (names.add(option.name())) {
          options.add(option);
          applied.add(rule.name());
        }
      }
      config = new DnsConfig(config.nameservers(), config.searches(), options);
    }

    private void addSearches(Rules.Rule rule) {
      for (var search : rule.searches()) {
        if (texts(build(config).searches()).contains(search)) {
          continue;
        }
        var longer = new ArrayList<>(config.searches());
        longer.add(search);
        var with = new DnsConfig(config.nameservers(), longer, config.options());
        if (texts(build(with).searches()).contains(search)) {
          config = with;
          applied.add(rule.name());
        } else {
          notApplied.add(
              "rule %s: search %s left out, the kubelet would cut it (%s)"
                  .formatted(rule.name(), search, lastWarning(build(with))));
        }
      }
    }

    /**
     * A nameserver can only stand before the cluster's when the pod says everything itself; so
     * policy None, with all that the kubelet would have made of the pod.
     */
    private void putNameserversInFront() {
      var made = build(config);
      var nameservers = new LinkedHashSet<String>();
      for (var rule : matching) {
        nameservers.addAll(rule.nameserversInFront());
      }
      if (nameservers.isEmpty()) {
        return;
      }
      var front = List.copyOf(nameservers);
      nameservers.addAll(texts(made.nameservers()));
      int max = node.limits().nameserversMax();
      var names =
          matching.stream()
              .filter(rule -> !rule.nameserversInFront().isEmpty())
              .map(Rules.Rule::name)
              .toList();
      if (nameservers.size() > max) {
        notApplied.add(
            "rule %s: nameserver %s not put in front, with %s they would be more than %d"
                .formatted(
                    String.join(", ", names),
                    String.join(" ", front),
                    String.join(" ", texts(made.nameservers())),
                    max));
        return;
      }
      policy = DnsPolicy.NONE;
      config =
          new DnsConfig(
              List.copyOf(nameservers),
              texts(made.searches()),
              made.options().stream().map(entry -> DnsOption.parse(entry.text())).toList());
      applied.addAll(names);
    }

    private PodResolvConf build(DnsConfig dnsConfig) {
      return PodResolvConf.build(
          new PodDns(before.namespace(), before.policy(), before.hostNetwork(), dnsConfig), node);
    }

    private static String lastWarning(PodResolvConf built) {
      var warnings = built.warnings();
      return warnings.isEmpty() ? "" : warnings.getLast().text();
    }

    /** What glibc or musl would drop of the new file and did not drop of the old one. */
    private List<String> libcWarnings() {
      var after = new PodDns(before.namespace(), policy, before.hostNetwork(), config);
      var newFile = PodResolvConf.build(after, node).render();
      var oldFile = build(before.config()).render();
      var warnings = new ArrayList<String>();
      for (var libc : Libc.values()) {
        var old = LibcView.of(libc, oldFile).remarks();
        LibcView.of(libc, newFile).remarks().stream()
            .filter(remark -> remark.rule() == Rule.LIBC_LIMIT && !old.contains(remark))
            .map(Warning::text)
            .forEach(warnings::add);
      }
      int ndots = LibcView.of(Libc.MUSL, newFile).ndots();
      if (ndots <= 2 && ndots < LibcView.of(Libc.MUSL, oldFile).ndots()) {
        warnings.add(
            "ndots:%d: programs built with musl (Alpine) no longer find %s by its short name"
                .formatted(
                    ndots, List.of("reviews", "reviews.shop", "reviews.shop.svc").get(ndots)));
      }
      return warnings;
    }

    private Patch patch(Map<?, ?> pod) {
      var operations = new ArrayList<Patch.Add>();
      if (policy != before.policy()) {
        operations.add(new Patch.Add(List.of("spec", "dnsPolicy"), policy.text()));
      }
      var members = changedMembers();
      if (object(pod.get("spec")).get("dnsConfig") instanceof Map) {
        members.forEach((name, value) ->
            operations.add(new Patch.Add(List.of("spec", "dnsConfig", name), value)));
      } else {
        operations.add(new Patch.Add(List.of("spec", "dnsConfig"), members));
      }
      operations.addAll(annotation(pod));
      return new Patch(operations);
    }

    private Map<String, Object> changedMembers() {
      Map<String, Object> members = new LinkedHashMap<>();
      var old = before.config();
      if (!config.nameservers().equals(old.nameservers())) {
        members.put("nameservers", config.nameservers());
      }
      if (!config.searches().equals(old.searches())) {
        members.put("searches", config.searches());
      }
      if (!config.options().equals(old.options())) {
        members.put("options", config.options().stream().map(Merge::optionObject).toList());
      }
      return members;
    }

    private static Map<String, String> optionObject(DnsOption option) {
      Map<String, String> object = new LinkedHashMap<>();
      object.put("name", option.name());
      if (option.value() != null) {
        object.put("value", option.value());
      }
      return object;
    }

    private List<Patch.Add> annotation(Map<?, ?> pod) {
      var names = String.join(",", applied);
      if (!(pod.get("metadata") instanceof Map<?, ?> metadata)) {
        return List.of(
            new Patch.Add(List.of("metadata"), Map.of("annotations", Map.of(DONE, names))));
      }
      return metadata.get("annotations") instanceof Map
          ? List.of(new Patch.Add(List.of("metadata", "annotations", DONE), names))
          : List.of(new Patch.Add(List.of("metadata", "annotations"), Map.of(DONE, names)));
    }

    private static List<String> texts(List<Entry> entries) {
      return entries.stream().map(Entry::text).toList();
    }
  }
}

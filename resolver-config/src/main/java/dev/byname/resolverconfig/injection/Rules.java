package dev.byname.resolverconfig.injection;

import dev.byname.resolverconfig.resolvconf.DnsConfig;
import dev.byname.resolverconfig.resolvconf.DnsOption;
import dev.byname.resolverconfig.resolvconf.PodDns;
import dev.byname.resolverconfig.resolvconf.Problem;
import dev.byname.resolverconfig.resolvconf.RefusedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which pods get which DNS settings; a YAML file:
 *
 * <pre>{@code
 * mode: opt-out              # or opt-in: only pods with dns.byname.dev/inject: "true"
 * excludeNamespaces: [kube-system, kube-public, kube-node-lease]    # the default
 * onProblem: allow           # or deny: refuse a pod that a rule cannot be applied to
 * rules:
 *   - name: fewer-lookups
 *     namespaces: [shop, team-*]            # without it: all
 *     podSelector:                          # without it: all
 *       matchLabels: {tier: web}
 *       matchExpressions: [{key: app, operator: NotIn, values: [legacy]}]
 *     ndots: 2
 *     searches: [corp.example]
 *     options: [{name: single-request-reopen}]
 *     nameserversInFront: [169.254.20.10]   # before the cluster's; sets dnsPolicy None
 * }</pre>
 *
 * <p>Every rule that matches applies, in the order of the file. What the pod, or an earlier rule,
 * says already stays.
 */
public record Rules(
    Mode mode, List<String> excludeNamespaces, OnProblem onProblem, List<Rule> rules) {
  static final List<String> SYSTEM_NAMESPACES =
      List.of("kube-system", "kube-public", "kube-node-lease");

  public Rules {
    excludeNamespaces = List.copyOf(excludeNamespaces);
    rules = List.copyOf(rules);
  }

  /** Which pods are looked at. */
  public enum Mode {
    /** All but those annotated {@code "false"}. */
    OPT_OUT,
    /** Only those annotated {@code "true"}. */
    OPT_IN
  }

  /** What becomes of a pod to which a matching rule cannot be applied whole. */
  public enum OnProblem {
    /** It is let in with what can be applied, and a warning. */
    ALLOW,
    /** It is refused. */
    DENY
  }

  /**
   * One rule.
   *
   * @param namespaces names, or beginnings that end in {@code *}; empty means all
   * @param options with {@code ndots} among them
   */
  record Rule(
      String name,
      List<String> namespaces,
      LabelSelector podSelector,
      List<String> nameserversInFront,
      List<String> searches,
      List<DnsOption> options) {
    Rule {
      namespaces = List.copyOf(namespaces);
      nameserversInFront = List.copyOf(nameserversInFront);
      searches = List.copyOf(searches);
      options = List.copyOf(options);
    }

    boolean matches(String namespace, Map<?, ?> labels) {
      return (namespaces.isEmpty() || namespaces.stream().anyMatch(p -> covers(p, namespace)))
          && podSelector.matches(labels);
    }
  }

  private static boolean covers(String pattern, String namespace) {
    return pattern.endsWith("*")
        ? namespace.startsWith(pattern.substring(0, pattern.length() - 1))
        : namespace.equals(pattern);
  }

  /** The only rule of this name, for a webhook configuration that is about that rule alone. */
  Optional<Rules> only(String name) {
    var named = rules.stream().filter(rule -> rule.name().equals(name)).toList();
    return named.isEmpty()
        ? Optional.empty()
        : Optional.of(new Rules(mode, excludeNamespaces, onProblem, named));
  }

  /**
   * Reads a rules file.
   *
   * @throws RefusedException with {@code file:line}, or the path of each field that is wrong
   */
  public static Rules read(Path file) {
    return parse(file.toString(), YamlDocuments.readBounded(file));
  }

  static Rules parse(String file, byte[] content) {
    var documents = YamlDocuments.parse(file, content);
    if (documents.size() != 1) {
      throw new RefusedException(
          file, "must hold one document with rules, not " + documents.size());
    }
    var problems = new ArrayList<Problem>();
    var rules = new Reader(problems).read(new Fields("", documents.getFirst(), problems));
    if (!problems.isEmpty()) {
      throw new RefusedException(
          problems.stream()
              .map(problem -> new Problem(file + ": " + problem.where(), problem.what()))
              .toList());
    }
    return rules;
  }

  private record Reader(List<Problem> problems) {
    Rules read(Fields file) {
      var mode = mode(file);
      var excluded =
          file.has("excludeNamespaces") ? file.texts("excludeNamespaces") : SYSTEM_NAMESPACES;
      var onProblem = onProblem(file);
      var rules = new ArrayList<Rule>();
      var names = new HashSet<String>();
      for (var fields : file.objects("rules")) {
        var rule = rule(fields, excluded);
        if (!rule.name().isEmpty() && !names.add(rule.name())) {
          fields.complain("name", "'" + rule.name() + "' is the name of an earlier rule");
        }
        rules.add(rule);
      }
      if (rules.isEmpty()) {
        file.complain("rules", "must hold at least one rule");
      }
      file.checkNames();
      return new Rules(mode, excluded, onProblem, rules);
    }

    private static Mode mode(Fields file) {
      return switch (file.text("mode", "opt-out")) {
        case "opt-out" -> Mode.OPT_OUT;
        case "opt-in" -> Mode.OPT_IN;
        default -> {
          file.complain("mode", "must be opt-out or opt-in");
          yield Mode.OPT_OUT;
        }
      };
    }

    private static OnProblem onProblem(Fields file) {
      return switch (file.text("onProblem", "allow")) {
        case "allow" -> OnProblem.ALLOW;
        case "deny" -> OnProblem.DENY;
        default -> {
          file.complain("onProblem", "must be allow or deny");
          yield OnProblem.ALLOW;
        }
      };
    }

    private Rule rule(Fields fields, List<String> excluded) {
      var name = fields.text("name", "");
      if (name.isEmpty()) {
        fields.complain("name", "is missing");
      }
      var namespaces = fields.texts("namespaces");
      namespaces.stream()
          .filter(excluded::contains)
          .forEach(namespace ->
              fields.complain(
                  "namespaces",
                  namespace + " is in excludeNamespaces, so the rule would never apply there"));
      var selector = LabelSelector.read(fields.object("podSelector"));
      var config = dnsConfig(fields);
      fields.checkNames();
      if (config.equals(DnsConfig.EMPTY)) {
        fields.complain("", "sets nothing: give ndots, searches, options or nameserversInFront");
      }
      return new Rule(
          name, namespaces, selector, config.nameservers(), config.searches(), config.options());
    }

    /** The rule's settings pass the same checks as a pod's, for that is where they end up. */
    private DnsConfig dnsConfig(Fields fields) {
      var spec = new HashMap<String, Object>();
      var options = new ArrayList<Object>(fields.list("options"));
      // Last, so that the places of the others in the file stay those in the problems.
      ndots(fields).ifPresent(ndots -> options.addLast(Map.of("name", "ndots", "value", ndots)));
      spec.put("nameservers", fields.list("nameserversInFront"));
      spec.put("searches", fields.list("searches"));
      spec.put("options", options);
      try {
        return PodDns.fromSpec("default", Map.of("dnsConfig", spec), "").config();
      } catch (RefusedException e) {
        for (var problem : e.problems()) {
          var field = problem.where().replace(".dnsConfig.", "");
          fields.complain(field.replace("nameservers", "nameserversInFront"), problem.what());
        }
        return new DnsConfig(List.of(), List.of("refused"), List.of());
      }
    }

    private static Optional<String> ndots(Fields fields) {
      return switch (fields.get("ndots")) {
        case null -> Optional.empty();
        case Integer ndots when ndots >= 0 && ndots <= 15 -> Optional.of(ndots.toString());
        case Object other -> {
          fields.complain("ndots", "must be a number from 0 to 15, not " + other);
          yield Optional.empty();
        }
      };
    }
  }
}

package dev.byname.resolverconfig.resolvconf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a pod says about its DNS.
 *
 * @param namespace the pod's own; it is the first word of the first search entry
 */
public record PodDns(String namespace, DnsPolicy policy, boolean hostNetwork, DnsConfig config) {
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final Pattern BLANK_OR_CONTROL = Pattern.compile("[\\p{IsWhite_Space}\\p{Cntrl}]");

  /** A pod that says nothing. */
  public static PodDns clusterFirst(String namespace) {
    return fromSpec(namespace, Map.of(), "spec");
  }

  /** Whether the kubelet gives it the cluster's DNS, if it knows one. */
  public boolean usesClusterDns() {
    return policy == DnsPolicy.CLUSTER_FIRST_WITH_HOST_NET
        || (policy == DnsPolicy.CLUSTER_FIRST && !hostNetwork);
  }

  /**
   * Reads a pod's {@code spec} as decoded from YAML or JSON, by the API server's rules; beyond them
   * it refuses options with blanks, which would add words to the file.
   *
   * @param path of {@code spec} in its document, for the problems: {@code spec.template.spec}
   * @throws RefusedException with the field's path of each problem
   */
  public static PodDns fromSpec(String namespace, Map<?, ?> spec, String path) {
    return new Reader(path).read(namespace, spec);
  }

  private static final class Reader {
    private final String path;
    private final List<Problem> problems = new ArrayList<>();

    Reader(String path) {
      this.path = path;
    }

    PodDns read(String namespace, Map<?, ?> spec) {
      if (!LABEL.matcher(namespace).matches()) {
        problems.add(new Problem("metadata.namespace", "'" + namespace + "' is no namespace name"));
      }
      var policy = policy(spec.get("dnsPolicy"));
      boolean hostNetwork = hostNetwork(spec.get("hostNetwork"));
      var config = config(path + ".dnsConfig", spec.get("dnsConfig"));
      if (policy == DnsPolicy.NONE && config.nameservers().isEmpty()) {
        add(".dnsConfig.nameservers", "policy None needs at least one nameserver");
      }
      if (!problems.isEmpty()) {
        throw new RefusedException(problems);
      }
      return new PodDns(namespace, policy, hostNetwork, config);
    }

    private DnsPolicy policy(@Nullable Object value) {
      if (value == null || value.equals("")) {
        return DnsPolicy.CLUSTER_FIRST; // the API server's default
      }
      var policy = DnsPolicy.of(value.toString());
      if (policy.isEmpty()) {
        add(".dnsPolicy", "'" + value + "' is unknown; known are " + DnsPolicy.known());
      }
      return policy.orElse(DnsPolicy.CLUSTER_FIRST);
    }

    private boolean hostNetwork(@Nullable Object value) {
      if (value != null && !(value instanceof Boolean)) {
        add(".hostNetwork", "must be true or false");
      }
      return Boolean.TRUE.equals(value);
    }

    private DnsConfig config(String at, @Nullable Object value) {
      if (value == null) {
        return DnsConfig.EMPTY;
      }
      if (!(value instanceof Map<?, ?> config)) {
        problems.add(new Problem(at, "must be an object"));
        return DnsConfig.EMPTY;
      }
      return new DnsConfig(
          nameservers(at + ".nameservers", config.get("nameservers")),
          searches(at + ".searches", config.get("searches")),
          options(at + ".options", config.get("options")));
    }

    private List<String> nameservers(String at, @Nullable Object value) {
      var nameservers = strings(at, value);
      int max = Limits.CURRENT.nameserversMax();
      if (nameservers.size() > max) {
        problems.add(
            new Problem(at, "has %d entries, at most %d".formatted(nameservers.size(), max)));
      }
      for (int index = 0; index < nameservers.size(); index++) {
        if (!IpLiteral.isValid(nameservers.get(index))) {
          problems.add(
              new Problem(
                  at + "[" + index + "]", "'" + nameservers.get(index) + "' is no IP address"));
        }
      }
      return nameservers;
    }

    private List<String> searches(String at, @Nullable Object value) {
      var searches = strings(at, value);
      var limits = Limits.CURRENT;
      if (searches.size() > limits.searchesMax()) {
        problems.add(
            new Problem(
                at, "has %d entries, at most %d".formatted(searches.size(), limits.searchesMax())));
      }
      int line = DnsNames.bytes(String.join(" ", searches));
      if (line > limits.searchLineMax()) {
        problems.add(
            new Problem(
                at,
                "is %d characters long when joined, at most %d"
                    .formatted(line, limits.searchLineMax())));
      }
      for (int index = 0; index < searches.size(); index++) {
        var where = at + "[" + index + "]";
        if (!searches.get(index).equals(".")) {
          DnsNames.complaint(DnsNames.withoutTrailingDot(searches.get(index)))
              .ifPresent(what -> problems.add(new Problem(where, what)));
        }
      }
      return searches;
    }

    private List<DnsOption> options(String at, @Nullable Object value) {
      var options = new ArrayList<DnsOption>();
      int index = 0;
      for (var item : list(at, value)) {
        option(at + "[" + index + "]", item).ifPresent(options::add);
        index++;
      }
      return options;
    }

    private Optional<DnsOption> option(String at, @Nullable Object item) {
      if (!(item instanceof Map<?, ?> option)) {
        problems.add(new Problem(at, "must be an object with a name"));
        return Optional.empty();
      }
      var name = string(at + ".name", option.get("name"));
      var value = option.get("value") == null ? null : string(at + ".value", option.get("value"));
      if (name.isEmpty()) {
        problems.add(new Problem(at + ".name", "must not be empty"));
        return Optional.empty();
      }
      // Neither the API server nor the kubelet looks, so a line end here would add a nameserver.
      if (BLANK_OR_CONTROL.matcher(name + (value == null ? "" : value)).find()) {
        problems.add(new Problem(at, "must not contain blanks or control characters"));
      }
      return Optional.of(new DnsOption(name, value));
    }

    private List<String> strings(String at, @Nullable Object value) {
      var strings = new ArrayList<String>();
      for (var item : list(at, value)) {
        strings.add(string(at + "[" + strings.size() + "]", item));
      }
      return strings;
    }

    private List<?> list(String at, @Nullable Object value) {
      if (value != null && !(value instanceof List)) {
        problems.add(new Problem(at, "must be a list"));
      }
      return value instanceof List<?> list ? list : List.of();
    }

    private String string(String at, @Nullable Object value) {
      if (value instanceof String string) {
        return string;
      }
      if (value instanceof Number || value instanceof Boolean) {
        problems.add(new Problem(at, "must be text: put " + value + " in quotes"));
      } else if (value != null) {
        problems.add(new Problem(at, "must be text"));
      }
      return "";
    }

    private void add(String field, String what) {
      problems.add(new Problem(path + field, what));
    }
  }
}

package dev.byname.resolverconfig.resolvconf;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.partitioningBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The resolv.conf of one pod on one node, with the history of each entry.
 *
 * @param cuts what was left out, in the order in which it happened
 */
public record PodResolvConf(
    List<Entry> nameservers,
    List<Entry> searches,
    List<Entry> options,
    List<Warning> warnings,
    List<Cut> cuts) {

  public PodResolvConf {
    nameservers = List.copyOf(nameservers);
    searches = List.copyOf(searches);
    options = List.copyOf(options);
    warnings = List.copyOf(warnings);
    cuts = List.copyOf(cuts);
  }

  /** As the kubelet builds it. Where the kubelet's order is random (options), ours is stable. */
  public static PodResolvConf build(PodDns pod, NodeDns node) {
    return new Builder(pod, node).build();
  }

  /** The file's text: one line per nameserver, one search line, one options line, none empty. */
  public String render() {
    var file = new StringBuilder();
    nameservers.forEach(
        nameserver -> file.append("nameserver ").append(nameserver.text()).append('\n'));
    if (!searches.isEmpty()) {
      file.append("search ").append(joined(searches)).append('\n');
    }
    if (!options.isEmpty()) {
      file.append("options ").append(joined(options)).append('\n');
    }
    return file.toString();
  }

  private static String joined(List<Entry> entries) {
    return entries.stream().map(Entry::text).collect(joining(" "));
  }

  private static final class Builder {
    private static final String KUBELET = "kubelet";

    private final PodDns pod;
    private final NodeDns node;
    private final Limits limits;
    private final List<Warning> warnings = new ArrayList<>();
    private final List<Cut> cuts = new ArrayList<>();
    private List<Entry> nameservers = List.of();
    private List<Entry> searches = List.of();
    private List<Entry> options = List.of();

    Builder(PodDns pod, NodeDns node) {
      this.pod = pod;
      this.node = node;
      this.limits = node.limits();
    }

    PodResolvConf build() {
      if (pod.usesClusterDns() && !node.clusterDns().isEmpty()) {
        startFromCluster();
      } else if (pod.policy() != DnsPolicy.NONE) {
        if (pod.usesClusterDns()) {
          warn(
              Rule.MISSING_CLUSTER_DNS,
              "MissingClusterDNS: the kubelet knows no cluster DNS, so a pod of policy "
                  + pod.policy().text()
                  + " gets the node's resolv.conf");
        }
        startFromNode();
      }
      if (!pod.config().equals(DnsConfig.EMPTY)) {
        appendPod();
      }
      cutToLimits();
      return new PodResolvConf(nameservers, searches, options, warnings, cuts);
    }

    private void startFromCluster() {
      nameservers =
          node.clusterDns().stream()
              .map(address -> new Entry(address, Origin.CLUSTER, "clusterDNS"))
              .toList();
      var domain = node.clusterDomain();
      var nodeSearches = node.file().map(NodeResolvConf::searches).orElse(List.of());
      searches =
          domain.isEmpty()
              ? nodeSearches
              : withoutDuplicates(
                  "search",
                  concat(
                      List.of(
                          clusterSearch(pod.namespace() + ".svc." + domain),
                          clusterSearch("svc." + domain),
                          clusterSearch(domain)),
                      nodeSearches));
      options = List.of(new Entry("ndots:5", Origin.CLUSTER, KUBELET));
      node.file().ifPresent(this::warnOfNodeFile);
    }

    private static Entry clusterSearch(String text) {
      return new Entry(text, Origin.CLUSTER, "clusterDomain");
    }

    private void startFromNode() {
      node.file()
          .ifPresentOrElse(
              file -> {
                nameservers = file.nameservers();
                searches = file.searches();
                options = file.options();
                warnOfNodeFile(file);
              },
              this::startFromLoopback);
    }

    /** A resolver without nameservers asks its own machine; say so, or the runtime adds its own. */
    private void startFromLoopback() {
      var addresses =
          node.nodeIps().isEmpty()
              ? List.of("127.0.0.1")
              : node.nodeIps().stream()
                  .map(address -> IpLiteral.isIpv6(address) ? "::1" : "127.0.0.1")
                  .toList();
      nameservers = addresses.stream().map(text -> new Entry(text, Origin.NODE, KUBELET)).toList();
      searches = List.of(new Entry(".", Origin.NODE, KUBELET));
    }

    private void warnOfNodeFile(NodeResolvConf file) {
      warnings.addAll(file.warnings());
    }

    private void appendPod() {
      var config = pod.config();
      nameservers =
          withoutDuplicates(
              "nameserver", concat(nameservers, podEntries("nameservers", config.nameservers())));
      searches =
          withoutDuplicates("search", concat(searches, podEntries("searches", config.searches())));
      options = mergeOptions(options, config.options());
    }

    private static List<Entry> podEntries(String field, List<String> texts) {
      var entries = new ArrayList<Entry>();
      for (var text : texts) {
        entries.add(podEntry(field, entries.size(), text));
      }
      return entries;
    }

    private static Entry podEntry(String field, int index, String text) {
      return new Entry(text, Origin.POD, "dnsConfig." + field + "[" + index + "]");
    }

    private List<Entry> mergeOptions(List<Entry> base, List<DnsOption> podOptions) {
      Map<String, Entry> byName = new LinkedHashMap<>();
      for (var entry : base) {
        var option = DnsOption.parse(entry.text());
        byName.put(option.name(), new Entry(option.merged().text(), entry.origin(), entry.where()));
      }
      for (int index = 0; index < podOptions.size(); index++) {
        var option = podOptions.get(index);
        if (option.name().indexOf(':') >= 0) {
          warn(
              Rule.UNUSABLE,
              "dnsConfig.options[%d]: '%s' is taken for a name and overrides nothing; put what stands after the colon into value"
                  .formatted(index, option.name()));
        }
        var loser = byName.put(option.name(), podEntry("options", index, option.merged().text()));
        if (loser != null) {
          cuts.add(new Cut("options", loser, Rule.OPTION_OVERRIDDEN));
        }
      }
      byName.remove(""); // of a node's lone ":"; the kubelet would print two blanks
      return List.copyOf(byName.values());
    }

    private void cutToLimits() {
      nameservers =
          keepFirst(
              limits.nameserversMax(),
              "nameserver",
              nameservers,
              Rule.MAX_NAMESERVERS,
              "at most %d nameservers are used".formatted(limits.nameserversMax()));
      searches =
          keepFirst(
              limits.searchesMax(),
              "search",
              searches,
              Rule.MAX_SEARCHES,
              "at most %d search entries are used".formatted(limits.searchesMax()));
      searches = withoutLongSearches();
      searches =
          keepFirst(
              countThatFitsTheLine(),
              "search",
              searches,
              Rule.MAX_SEARCH_LINE,
              "the search line has at most %d characters".formatted(limits.searchLineMax()));
    }

    private List<Entry> withoutLongSearches() {
      var byFit =
          searches.stream()
              .collect(partitioningBy(entry -> DnsNames.bytes(entry.text()) <= limits.searchMax()));
      drop(
          "search",
          byFit.getOrDefault(false, List.of()),
          Rule.MAX_SEARCH_LENGTH,
          "a search entry has at most %d characters".formatted(limits.searchMax()));
      return byFit.getOrDefault(true, List.of());
    }

    private int countThatFitsTheLine() {
      int count = searches.size();
      while (DnsNames.bytes(joined(searches.subList(0, count))) > limits.searchLineMax()) {
        count--;
      }
      return count;
    }

    private List<Entry> keepFirst(
        int count, String keyword, List<Entry> entries, Rule rule, String limit) {
      if (entries.size() <= count) {
        return entries;
      }
      drop(keyword, entries.subList(count, entries.size()), rule, limit);
      return entries.subList(0, count);
    }

    private void drop(String keyword, List<Entry> lost, Rule rule, String limit) {
      if (!lost.isEmpty()) {
        lost.forEach(entry -> cuts.add(new Cut(keyword, entry, rule)));
        warn(rule, limit + ", so these are left out: " + joined(lost));
      }
    }

    private List<Entry> withoutDuplicates(String keyword, List<Entry> entries) {
      var seen = new HashSet<String>();
      var first = new ArrayList<Entry>();
      for (var entry : entries) {
        if (seen.add(entry.text())) {
          first.add(entry);
        } else {
          cuts.add(new Cut(keyword, entry, Rule.DUPLICATE));
        }
      }
      return first;
    }

    private static List<Entry> concat(List<Entry> first, List<Entry> second) {
      var both = new ArrayList<>(first);
      both.addAll(second);
      return both;
    }

    private void warn(Rule rule, String text) {
      warnings.add(new Warning(rule, text));
    }
  }
}

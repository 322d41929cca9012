package dev.byname.resolverconfig.resolvconf;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a kubelet is told in its configuration (clusterDNS, clusterDomain, resolvConf), and its
 * node's addresses.
 *
 * @param clusterDns canonical addresses; empty when the kubelet was not told
 * @param clusterDomain without a trailing dot; empty when the kubelet was not told
 * @param file empty for a kubelet that runs with an empty {@code --resolv-conf}
 * @param nodeIps canonical addresses; only needed without a file
 * @param limits of this kubelet's version
 */
public record NodeDns(
    List<String> clusterDns,
    String clusterDomain,
    Optional<NodeResolvConf> file,
    List<String> nodeIps,
    Limits limits) {

  /**
   * Checks and normalises what an operator wrote.
   *
   * @throws RefusedException naming {@code clusterDns}, {@code clusterDomain} or {@code nodeIps}
   */
  public NodeDns {
    var problems = new ArrayList<Problem>();
    clusterDns = addresses("clusterDns", clusterDns, problems);
    nodeIps = addresses("nodeIps", nodeIps, problems);
    clusterDomain = DnsNames.withoutTrailingDot(clusterDomain);
    if (!clusterDomain.isEmpty()) {
      DnsNames.complaint(clusterDomain)
          .ifPresent(what -> problems.add(new Problem("clusterDomain", what)));
    }
    if (!problems.isEmpty()) {
      throw new RefusedException(problems);
    }
  }

  /** The same kubelet with another node's file. */
  public NodeDns withFile(Optional<NodeResolvConf> other) {
    return new NodeDns(clusterDns, clusterDomain, other, nodeIps, limits);
  }

  private static List<String> addresses(String field, List<String> texts, List<Problem> problems) {
    var addresses = new ArrayList<String>();
    for (var text : texts) {
      IpLiteral.canonical(text)
          .ifPresentOrElse(
              addresses::add,
              () -> problems.add(new Problem(field, "'" + text + "' is no IP address")));
    }
    return List.copyOf(addresses);
  }
}

package dev.byname.resolverconfig.cli;

import dev.byname.resolverconfig.resolvconf.Limits;
import dev.byname.resolverconfig.resolvconf.NodeDns;
import dev.byname.resolverconfig.resolvconf.NodeResolvConf;
import dev.byname.resolverconfig.resolvconf.RefusedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the kubelets of the cluster are told. */
final class KubeletOptions {
  private static final Pattern VERSION = Pattern.compile("v?1\\.(\\d{1,3})(?:[.+-].*)?");

  @Option(
      names = "--cluster-dns",
      split = ",",
      paramLabel = "IP",
      description = "Address of the cluster's DNS, as the kubelet's clusterDNS; repeatable.")
  private List<String> clusterDns = new ArrayList<>();

  @Option(
      names = "--cluster-domain",
      defaultValue = "cluster.local",
      paramLabel = "DOMAIN",
      description = "The kubelet's clusterDomain (default: ${DEFAULT-VALUE}).")
  private String clusterDomain = "";

  @Option(
      names = "--node-resolv-conf",
      paramLabel = "FILE",
      description =
          "The node's resolv.conf; without it the kubelet has none, as with an empty resolvConf.")
  private @Nullable Path nodeResolvConf;

  @Option(
      names = "--node-ip",
      split = ",",
      paramLabel = "IP",
      description = "Address of the node, used only without --node-resolv-conf; repeatable.")
  private List<String> nodeIps = new ArrayList<>();

  @Option(
      names = "--kubelet-version",
      paramLabel = "1.N",
      description =
          "Before 1.26 a search line has at most 6 entries and 256 characters, not 32 and 2048.")
  private @Nullable String kubeletVersion;

  Optional<Path> nodeResolvConf() {
    return Optional.ofNullable(nodeResolvConf);
  }

  /** With the node's file read. */
  NodeDns node() {
    return nodeWithoutFile().withFile(nodeResolvConf().map(NodeResolvConf::read));
  }

  NodeDns nodeWithoutFile() {
    return new NodeDns(clusterDns, clusterDomain, Optional.empty(), nodeIps, limits());
  }

  private Limits limits() {
    if (kubeletVersion == null) {
      return Limits.CURRENT;
    }
    var version = VERSION.matcher(kubeletVersion);
    if (!version.matches()) {
      throw new RefusedException("--kubelet-version", "must be like 1.25, not " + kubeletVersion);
    }
    return Integer.parseInt(version.group(1)) < 26 ? Limits.BEFORE_1_26 : Limits.CURRENT;
  }
}

package dev.byname.corefile;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The directives of CoreDNS 1.14.7, and what to tell an operator who uses one that we do not have.
 */
public final class DirectiveNames {
  /**
   * In the order in which CoreDNS's plugins see a query (its {@code plugin.cfg}), whatever the
   * order in the Corefile. {@code import} is missing: the parser replaces it.
   */
  public static final List<String> CORE_DNS_ORDER =
      List.of(
          "root",
          "metadata",
          "geoip",
          "cancel",
          "proxyproto",
          "quic",
          "grpc_server",
          "https",
          "https3",
          "timeouts",
          "multisocket",
          "reload",
          "nsid",
          "bufsize",
          "bind",
          "debug",
          "trace",
          "ready",
          "health",
          "pprof",
          "shed",
          "prometheus",
          "errors",
          "log",
          "dnstap",
          "local",
          "dns64",
          "any",
          "chaos",
          "loadbalance",
          "tsig",
          "rewrite",
          "autopath",
          "acl",
          "cache",
          "header",
          "dnssec",
          "tls",
          "minimal",
          "template",
          "transfer",
          "hosts",
          "route53",
          "azure",
          "clouddns",
          "k8s_external",
          "kubernetes",
          "file",
          "auto",
          "secondary",
          "etcd",
          "loop",
          "forward",
          "grpc",
          "erratic",
          "whoami",
          "on",
          "sign",
          "view",
          "nomad");

  private static final Set<String> KNOWN_TO_CORE_DNS = new LinkedHashSet<>(CORE_DNS_ORDER);

  /** Names that old Corefiles and old guides still carry, with what took their place. */
  private static final Map<String, String> GONE =
      Map.of(
          "proxy", "CoreDNS removed it in 1.5.0; write forward instead",
          "federation",
              "CoreDNS removed it in 1.7.0, with Kubernetes Federation v1; remove the line",
          "metrics", "the directive of the metrics plugin is called prometheus",
          "startup", "CoreDNS has no such directive any more; write on startup instead",
          "shutdown", "CoreDNS has no such directive any more; write on shutdown instead",
          "upstream",
              "it belongs into another plugin's block, and does nothing there; remove the line",
          "resolver", "it belongs into the block of forward");

  private DirectiveNames() {}

  /**
   * Complains about a directive that cannot be used, and says why.
   *
   * @param supported the directives that Byname has
   */
  static void check(
      String name, boolean hasBlock, Collection<String> supported, Location at, Problems problems) {
    if (supported.contains(name)) {
      return;
    }
    if (KNOWN_TO_CORE_DNS.contains(name)) {
      problems.add(
          at,
          "directive \"%s\" is known to CoreDNS but not supported by Byname yet; remove it, or leave this server block to CoreDNS"
              .formatted(name));
      return;
    }
    var gone = GONE.get(name);
    if (gone != null) {
      problems.add(at, "unknown directive \"%s\": %s".formatted(name, gone));
      return;
    }
    if (hasBlock && (name.contains(".") || name.contains(":"))) {
      problems.add(
          at,
          "unknown directive \"%s\"; if it starts a server block, the block before it lacks its \"}\""
              .formatted(name));
      return;
    }
    var hint = NearestWord.hint(name, supported);
    if (hint.isEmpty()) {
      hint = NearestWord.hint(name, KNOWN_TO_CORE_DNS);
    }
    problems.add(at, "unknown directive \"%s\"%s".formatted(name, hint));
  }
}

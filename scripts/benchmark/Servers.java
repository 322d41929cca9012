import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The servers that are compared: how each is told to serve the two zones on one loopback port, with
 * one worker, in the foreground. Settings are the packages' own except for what makes the
 * comparison fair: one thread, no log, no rate limit, no records that nobody asked for.
 */
final class Servers {
  private final Path folder;
  private final Path manifests;
  private final Path hosts;
  private final Path dnsmasqOptions;
  private final Path zone;
  private final Path reverseZone;

  /** Writes the cluster in every form that a server reads. */
  Servers(Path folder, Cluster cluster) throws IOException {
    this.folder = Files.createDirectories(folder);
    manifests = folder.resolve("manifests");
    hosts = folder.resolve("hosts");
    dnsmasqOptions = folder.resolve("dnsmasq-records.conf");
    zone = folder.resolve("cluster.zone");
    reverseZone = folder.resolve("reverse.zone");
    cluster.writeManifests(manifests);
    cluster.writeZones(zone, reverseZone);
    cluster.writeDnsmasq(hosts, dnsmasqOptions);
  }

  /**
   * A way to start a server.
   *
   * @param program looked for on the PATH
   * @param versionCommand prints the version somewhere in its first lines
   */
  record Kind(String name, String program, List<String> versionCommand, Start start) {}

  /** Writes the configuration and returns the command. */
  interface Start {
    List<String> command(String program, Path folder, int port) throws IOException;
  }

  /** All but Byname and the floor, which come from this checkout. */
  List<Kind> peers() {
    return List.of(
        new Kind("nsd", "nsd", List.of("-v"), this::nsd),
        new Kind("knot", "knotd", List.of("-V"), this::knot),
        new Kind("unbound", "unbound", List.of("-V"), this::unbound),
        new Kind("bind", "named", List.of("-v"), this::bind),
        new Kind("dnsmasq", "dnsmasq", List.of("-v"), this::dnsmasq),
        new Kind("powerdns", "pdns_server", List.of("--version"), this::powerdns),
        new Kind("coredns", "coredns", List.of("-version"), this::coredns));
  }

  private List<String> nsd(String program, Path own, int port) throws IOException {
    return nsd(program, own, port, Map.of("cluster.local", zone, "10.in-addr.arpa", reverseZone));
  }

  /**
   * @param zones names and their files
   */
  static List<String> nsd(String program, Path own, int port, Map<String, Path> zones)
      throws IOException {
    var text =
        new StringBuilder(
            """
            server:
              ip-address: 127.0.0.1@%1$d
              server-count: 1
              username: ""
              zonesdir: "%2$s"
              database: ""
              pidfile: "%2$s/nsd.pid"
              xfrdfile: "%2$s/xfrd.state"
              xfrdir: "%2$s"
              zonelistfile: "%2$s/zone.list"
              logfile: "%2$s/nsd.log"
              minimal-responses: yes
              rrl-ratelimit: 0
            remote-control:
              control-enable: no
            """
                .formatted(port, own));
    zones.forEach((name, file) ->
        text.append("zone:\n  name: %s\n  zonefile: \"%s\"\n".formatted(name, file)));
    return List.of(program, "-d", "-c", write(own, "nsd.conf", text.toString()).toString());
  }

  private List<String> knot(String program, Path own, int port) throws IOException {
    Path file =
        write(
            own,
            "knot.conf",
            """
            server:
              listen: 127.0.0.1@%1$d
              udp-workers: 1
              tcp-workers: 1
              background-workers: 1
              rundir: "%2$s"
            log:
              - target: stderr
                any: error
            database:
              storage: "%2$s"
            template:
              - id: default
                zonefile-sync: -1
                zonefile-load: whole
                journal-content: none
            zone:
              - domain: cluster.local
                file: "%3$s"
              - domain: 10.in-addr.arpa
                file: "%4$s"
            """
                .formatted(port, own, zone, reverseZone));
    return List.of(program, "-c", file.toString());
  }

  private List<String> unbound(String program, Path own, int port) throws IOException {
    Path file =
        write(
            own,
            "unbound.conf",
            """
            server:
              interface: 127.0.0.1@%1$d
              num-threads: 1
              do-daemonize: no
              username: ""
              chroot: ""
              directory: "%2$s"
              pidfile: "%2$s/unbound.pid"
              use-syslog: no
              logfile: "%2$s/unbound.log"
              minimal-responses: yes
              module-config: "iterator"
              local-zone: "10.in-addr.arpa." nodefault
            auth-zone:
              name: "cluster.local"
              zonefile: "%3$s"
              for-upstream: no
            auth-zone:
              name: "10.in-addr.arpa"
              zonefile: "%4$s"
              for-upstream: no
            """
                .formatted(port, own, zone, reverseZone));
    return List.of(program, "-d", "-c", file.toString());
  }

  private List<String> bind(String program, Path own, int port) throws IOException {
    Path file =
        write(
            own,
            "named.conf",
            """
            options {
              directory "%2$s";
              pid-file "%2$s/named.pid";
              session-keyfile "%2$s/session.key";
              listen-on port %1$d { 127.0.0.1; };
              listen-on-v6 { none; };
              recursion no;
              minimal-responses yes;
              notify no;
            };
            controls { };
            logging { category default { null; }; };
            %3$s
            """
                .formatted(port, own, bindZones()));
    return List.of(program, "-f", "-n", "1", "-c", file.toString());
  }

  private String bindZones() {
    return """
    zone "cluster.local" { type primary; file "%s"; };
    zone "10.in-addr.arpa" { type primary; file "%s"; };
    """
        .formatted(zone, reverseZone);
  }

  private List<String> dnsmasq(String program, Path own, int port) throws IOException {
    Path file =
        write(
            own,
            "dnsmasq.conf",
            """
            port=%1$d
            listen-address=127.0.0.1
            bind-interfaces
            no-resolv
            no-hosts
            addn-hosts=%3$s
            conf-file=%4$s
            local=/cluster.local/
            local=/10.in-addr.arpa/
            local-ttl=%5$d
            cache-size=0
            user=
            pid-file=%2$s/dnsmasq.pid
            """
                .formatted(port, own, hosts, dnsmasqOptions, Cluster.TTL_SECONDS));
    return List.of(program, "--keep-in-foreground", "--log-facility=-", "-C", file.toString());
  }

  private List<String> powerdns(String program, Path own, int port) throws IOException {
    Path zones = write(own, "zones.conf", bindZones().replace("type primary", "type master"));
    write(
        own,
        "pdns.conf",
        """
        launch=bind
        bind-config=%2$s
        local-address=127.0.0.1
        local-port=%1$d
        receiver-threads=1
        distributor-threads=1
        socket-dir=%3$s
        daemon=no
        guardian=no
        loglevel=0
        disable-syslog=yes
        """
            .formatted(port, zones, own));
    return List.of(program, "--config-dir=" + own);
  }

  /** Its kubernetes plugin needs an API server, so it gets the zone files. */
  private List<String> coredns(String program, Path own, int port) throws IOException {
    Path file =
        write(
            own,
            "Corefile",
            """
            .:%1$d {
              bind 127.0.0.1
              errors
              file %2$s cluster.local
              file %3$s 10.in-addr.arpa
              loadbalance
            }
            """
                .formatted(port, zone, reverseZone));
    return List.of(program, "-conf", file.toString());
  }

  /**
   * The standard cluster Corefile, metrics included.
   *
   * @param java the whole command up to the main class
   */
  List<String> byname(List<String> java, Path own, int port) throws IOException {
    return byname(java, own, port, manifests);
  }

  static List<String> byname(List<String> java, Path own, int port, Path manifests)
      throws IOException {
    Path file =
        write(
            own,
            "Corefile",
            """
            .:%1$d {
              bind 127.0.0.1
              errors
              kubernetes cluster.local in-addr.arpa ip6.arpa {
                manifests %3$s
                pods insecure
                fallthrough in-addr.arpa ip6.arpa
                ttl %4$d
              }
              prometheus 127.0.0.1:%2$d
              forward . 127.0.0.1:9
              cache 30
              loadbalance
              reload
            }
            """
                .formatted(port, Measure.freePort(), manifests, Cluster.TTL_SECONDS));
    return withMain(java, file);
  }

  // ---- forwarding: the standard part of a cluster's DNS that is not the cluster

  /** Byname as a forwarder with a cache: what the standard Corefile does with outside names. */
  static List<String> bynameForwarding(List<String> java, Path own, int port, int upstream)
      throws IOException {
    Path file =
        write(
            own,
            "Corefile",
            """
            .:%1$d {
              bind 127.0.0.1
              errors
              prometheus 127.0.0.1:%2$d
              forward . 127.0.0.1:%3$d
              cache 3600
              loop
              loadbalance
            }
            """
                .formatted(port, Measure.freePort(), upstream));
    return withMain(java, file);
  }

  static List<String> unboundForwarding(String program, Path own, int port, int upstream)
      throws IOException {
    Path file =
        write(
            own,
            "unbound.conf",
            """
            server:
              interface: 127.0.0.1@%1$d
              num-threads: 1
              do-daemonize: no
              username: ""
              chroot: ""
              directory: "%2$s"
              pidfile: "%2$s/unbound.pid"
              use-syslog: no
              logfile: "%2$s/unbound.log"
              minimal-responses: yes
              module-config: "iterator"
              do-not-query-localhost: no
            forward-zone:
              name: "."
              forward-addr: 127.0.0.1@%3$d
            """
                .formatted(port, own, upstream));
    return List.of(program, "-d", "-c", file.toString());
  }

  static List<String> dnsmasqForwarding(String program, Path own, int port, int upstream)
      throws IOException {
    Path file =
        write(
            own,
            "dnsmasq.conf",
            """
            port=%1$d
            listen-address=127.0.0.1
            bind-interfaces
            no-resolv
            no-hosts
            server=127.0.0.1#%3$d
            cache-size=10000
            user=
            pid-file=%2$s/dnsmasq.pid
            """
                .formatted(port, own, upstream));
    return List.of(program, "--keep-in-foreground", "--log-facility=-", "-C", file.toString());
  }

  private static List<String> withMain(List<String> java, Path corefile) {
    var command = new ArrayList<>(java);
    command.addAll(List.of("dev.byname.app.Byname", "serve", "-conf", corefile.toString()));
    return command;
  }

  private static Path write(Path folder, String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  /** The program's path, or null. */
  static Path find(String program) {
    for (String folder : (System.getenv("PATH") + ":/usr/sbin:/sbin").split(":")) {
      Path file = Path.of(folder, program);
      if (!folder.isEmpty() && Files.isExecutable(file)) {
        return file;
      }
    }
    return null;
  }

  private static final Pattern VERSION = Pattern.compile("\\d+\\.\\d+(\\.\\d+)?");

  static String version(Path program, List<String> arguments)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of(program.toString()));
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    process.waitFor();
    Matcher version = VERSION.matcher(output);
    return version.find() ? version.group() : "?";
  }
}

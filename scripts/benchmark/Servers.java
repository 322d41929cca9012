import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The servers that are compared: how each is told what to do, on loopback, in the foreground.
 * Settings are the packages' own except for what makes the comparison fair: as many threads as it
 * has processors, no log, no rate limit, no records that nobody asked for.
 */
final class Servers {
  /**
   * What a server shall do.
   *
   * @param port for UDP and TCP
   * @param threads each with a UDP socket of its own
   * @param tls null for none
   * @param upstream a port that everything is forwarded to, and answers kept; 0 for a server of
   *     {@link #zones}
   */
  record Task(int port, int threads, Tls tls, int upstream) {
    Task(int port) {
      this(port, 1, null, 0);
    }
  }

  /** DNS over TLS, with PEM files. */
  record Tls(int port, Path certificate, Path key) {}

  /**
   * A server that may be installed.
   *
   * @param program looked for on the PATH
   * @param versionOption makes it print its version somewhere in its first lines
   */
  record Kind(String name, String program, String versionOption, Start start) {}

  /** Writes the configuration and returns the command. */
  interface Start {
    List<String> command(String program, Path folder, Task task) throws IOException;
  }

  /** Names and files. */
  private final Map<String, Path> zones = new LinkedHashMap<>();

  private final Path manifests;
  private final Path hosts;
  private final Path dnsmasqOptions;

  /** Of one zone, for those that read zone files. */
  Servers(String zone, Path file) {
    zones.put(zone, file);
    Path none = Path.of("/dev/null");
    manifests = none;
    hosts = none;
    dnsmasqOptions = none;
  }

  /** Writes the cluster in every form that a server reads. */
  Servers(Path folder, Cluster cluster) throws IOException {
    Files.createDirectories(folder);
    manifests = folder.resolve("manifests");
    hosts = folder.resolve("hosts");
    dnsmasqOptions = folder.resolve("dnsmasq-records.conf");
    zones.put(Cluster.withoutDot(Cluster.ZONE), folder.resolve("cluster.zone"));
    zones.put(Cluster.withoutDot(Cluster.REVERSE_ZONE), folder.resolve("reverse.zone"));
    cluster.writeManifests(manifests);
    cluster.writeZones(folder.resolve("cluster.zone"), folder.resolve("reverse.zone"));
    cluster.writeDnsmasq(hosts, dnsmasqOptions);
  }

  /** All but Byname and the floor, which come from this checkout. */
  List<Kind> peers() {
    return List.of(
        new Kind("nsd", "nsd", "-v", this::nsd),
        new Kind("knot", "knotd", "-V", this::knot),
        new Kind("unbound", "unbound", "-V", this::unbound),
        new Kind("bind", "named", "-v", this::bind),
        new Kind("dnsmasq", "dnsmasq", "-v", this::dnsmasq),
        new Kind("powerdns", "pdns_server", "--version", this::powerdns),
        new Kind("coredns", "coredns", "-version", this::coredns));
  }

  List<Kind> peers(String... names) {
    return peers().stream().filter(kind -> List.of(names).contains(kind.name())).toList();
  }

  /** As if the zones had been edited: what a name server that is told to then reads again. */
  void touchZones() throws IOException {
    for (Path file : zones.values()) {
      Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
    }
  }

  private List<String> nsd(String program, Path own, Task task) throws IOException {
    String text =
        """
        server:
          ip-address: 127.0.0.1@%1$d
        %4$s  server-count: %3$d
          reuseport: yes
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
        %5$s\
        """
            .formatted(
                task.port,
                own,
                task.threads,
                tlsLines(task, "ip-address"),
                zones("zone:\n  name: %s\n  zonefile: \"%s\"\n"));
    return List.of(program, "-d", "-c", write(own, "nsd.conf", text));
  }

  /** As NSD and unbound spell it, which have one author. */
  private static String tlsLines(Task task, String interfaceOption) {
    return task.tls == null
        ? ""
        : """
          %1$s: 127.0.0.1@%2$d
          tls-port: %2$d
          tls-service-pem: "%3$s"
          tls-service-key: "%4$s"
        """
            .formatted(interfaceOption, task.tls.port, task.tls.certificate, task.tls.key);
  }

  private List<String> knot(String program, Path own, Task task) throws IOException {
    String text =
        """
        server:
          listen: 127.0.0.1@%1$d
          udp-workers: %3$d
          tcp-workers: %3$d
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
        %4$s\
        """
            .formatted(task.port, own, task.threads, zones("  - domain: %s\n    file: \"%s\"\n"));
    return List.of(program, "-c", write(own, "knot.conf", text));
  }

  private List<String> unbound(String program, Path own, Task task) throws IOException {
    String text =
        """
        server:
          interface: 127.0.0.1@%1$d
        %4$s  num-threads: %3$d
          do-daemonize: no
          username: ""
          chroot: ""
          directory: "%2$s"
          pidfile: "%2$s/unbound.pid"
          use-syslog: no
          logfile: "%2$s/unbound.log"
          minimal-responses: yes
          module-config: "iterator"
        %5$s\
        """
            .formatted(
                task.port,
                own,
                task.threads,
                tlsLines(task, "interface"),
                task.upstream != 0
                    ? """
                      do-not-query-localhost: no
                    forward-zone:
                      name: "."
                      forward-addr: 127.0.0.1@%d
                    """
                        .formatted(task.upstream)
                    : "  local-zone: \"10.in-addr.arpa.\" nodefault\n"
                        + zones(
                            """
                            auth-zone:
                              name: "%s"
                              zonefile: "%s"
                              for-upstream: no
                            """));
    return List.of(program, "-d", "-c", write(own, "unbound.conf", text));
  }

  private List<String> bind(String program, Path own, Task task) throws IOException {
    Tls tls = task.tls;
    String text =
        """
        %3$s
        options {
          directory "%2$s";
          pid-file "%2$s/named.pid";
          session-keyfile "%2$s/session.key";
          listen-on port %1$d { 127.0.0.1; };
          %4$s
          listen-on-v6 { none; };
          recursion no;
          minimal-responses yes;
          notify no;
        };
        controls { };
        logging { category default { null; }; };
        %5$s\
        """
            .formatted(
                task.port,
                own,
                tls == null
                    ? ""
                    : "tls own { cert-file \"%s\"; key-file \"%s\"; };"
                        .formatted(tls.certificate, tls.key),
                tls == null ? "" : "listen-on port %d tls own { 127.0.0.1; };".formatted(tls.port),
                zones("zone \"%s\" { type primary; file \"%s\"; };\n"));
    return List.of(program, "-f", "-n", "" + task.threads, "-c", write(own, "named.conf", text));
  }

  private List<String> dnsmasq(String program, Path own, Task task) throws IOException {
    String text =
        """
        port=%1$d
        listen-address=127.0.0.1
        bind-interfaces
        no-resolv
        no-hosts
        user=
        pid-file=%2$s/dnsmasq.pid
        """
                .formatted(task.port, own)
            + (task.upstream != 0
                ? """
                server=127.0.0.1#%d
                cache-size=10000
                """
                    .formatted(task.upstream)
                : """
                addn-hosts=%s
                conf-file=%s
                local-ttl=%d
                cache-size=0
                """
                        .formatted(hosts, dnsmasqOptions, Cluster.TTL_SECONDS)
                    + zones((zone, file) -> "local=/" + zone + "/\n"));
    return List.of(
        program,
        "--keep-in-foreground",
        "--log-facility=-",
        "-C",
        write(own, "dnsmasq.conf", text));
  }

  private List<String> powerdns(String program, Path own, Task task) throws IOException {
    String files = write(own, "zones.conf", zones("zone \"%s\" { type master; file \"%s\"; };\n"));
    String text =
        """
        launch=bind
        bind-config=%2$s
        local-address=127.0.0.1
        local-port=%1$d
        receiver-threads=%4$d
        distributor-threads=1
        socket-dir=%3$s
        daemon=no
        guardian=no
        loglevel=0
        disable-syslog=yes
        """
            .formatted(task.port, files, own, task.threads);
    write(own, "pdns.conf", text);
    return List.of(program, "--config-dir=" + own);
  }

  /** Its kubernetes plugin needs an API server, so it gets the zone files. */
  private List<String> coredns(String program, Path own, Task task) throws IOException {
    String text =
        """
        .:%d {
          bind 127.0.0.1
          errors
        %s  loadbalance
        }
        """
            .formatted(task.port, zones((zone, file) -> "  file " + file + " " + zone + "\n"));
    return List.of(program, "-conf", write(own, "Corefile", text));
  }

  /**
   * The standard cluster Corefile, metrics included.
   *
   * @param java the whole command up to the main class
   */
  List<String> byname(List<String> java, Path own, Task task) throws IOException {
    return byname(java, own, task, manifests);
  }

  static List<String> byname(List<String> java, Path own, Task task, Path manifests)
      throws IOException {
    return bynameFrom(java, own, task, "manifests " + manifests);
  }

  /**
   * @param source the line of the {@code kubernetes} block that says where the cluster is read from
   */
  static List<String> bynameFrom(List<String> java, Path own, Task task, String source)
      throws IOException {
    Tls tls = task.tls;
    String zones =
        """
          kubernetes cluster.local in-addr.arpa ip6.arpa {
            %s
            pods insecure
            fallthrough in-addr.arpa ip6.arpa
            ttl %d
          }
        """
            .formatted(source, Cluster.TTL_SECONDS);
    String text =
        """
        %s {
          bind 127.0.0.1
          errors
        %s%s  prometheus 127.0.0.1:%d
          forward . 127.0.0.1:%d
          cache %d
          loop
          loadbalance
          reload
        }
        """
            .formatted(
                ".:" + task.port + (tls == null ? "" : " tls://.:" + tls.port),
                tls == null ? "" : "  tls %s %s\n".formatted(tls.certificate, tls.key),
                task.upstream == 0 ? zones : "",
                Measure.freePort(),
                task.upstream == 0 ? 9 : task.upstream,
                task.upstream == 0 ? 30 : 3600);
    var command = new ArrayList<>(java);
    command.addAll(
        List.of("dev.byname.app.Byname", "serve", "-conf", write(own, "Corefile", text)));
    return command;
  }

  private String zones(String format) {
    return zones((zone, file) -> format.formatted(zone, file));
  }

  private String zones(BinaryOperator<String> each) {
    return zones.entrySet().stream()
        .map(zone -> each.apply(zone.getKey(), zone.getValue().toString()))
        .collect(Collectors.joining());
  }

  private static String write(Path folder, String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
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

  static String version(Path program, String option) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(program.toString(), option).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    process.waitFor();
    Matcher version = VERSION.matcher(output);
    return version.find() ? version.group() : "?";
  }
}

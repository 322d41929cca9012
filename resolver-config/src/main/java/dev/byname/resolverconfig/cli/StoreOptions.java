package dev.byname.resolverconfig.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.byname.resolverconfig.allocation.AddressRange;
import dev.byname.resolverconfig.allocation.Allocator.WhenDynamicIsFull;
import dev.byname.resolverconfig.allocation.PortRange;
import dev.byname.resolverconfig.registry.Manifests;
import dev.byname.resolverconfig.registry.RangeOptions;
import dev.byname.resolverconfig.registry.Registry;
import dev.byname.resolverconfig.registry.Registry.DeclaredService;
import dev.byname.resolverconfig.store.EtcdConfig;
import dev.byname.resolverconfig.store.EtcdStore;
import dev.byname.resolverconfig.store.FolderStore;
import dev.byname.resolverconfig.store.ObjectStore;
import dev.byname.resolverconfig.store.StoreException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** Where Services are kept and out of which ranges they are given; the same for all commands. */
final class StoreOptions {
  private static final String ETCD = "etcd://";

  @Option(
      names = "--store",
      required = true,
      paramLabel = "DIR|etcd://HOST:PORT[,…]",
      description = "a folder, or etcd (with TLS when an authority or certificate is named)")
  String store = "";

  @Option(
      names = "--service-cluster-ip-range",
      split = ",",
      paramLabel = "CIDR",
      description = "of ClusterIPs, one of each family (default: as stored, else 10.0.0.0/24)")
  List<String> addressRanges = new ArrayList<>();

  @Option(
      names = "--service-node-port-range",
      paramLabel = "FIRST-LAST",
      description = "of node ports (default: as stored, else 30000-32767)")
  @Nullable String nodePortRange;

  @Option(
      names = "--keep-static-band",
      description = "never give out of the static band what was not asked for by hand")
  boolean keepStaticBand;

  @Option(names = "--etcd-prefix", paramLabel = "PREFIX", description = "default: /registry")
  String etcdPrefix = EtcdConfig.DEFAULT_PREFIX;

  @Option(names = "--etcd-ca", paramLabel = "FILE", description = "PEM of etcd's authority")
  @Nullable Path etcdAuthority;

  @Option(names = "--etcd-cert", paramLabel = "FILE", description = "PEM of the client")
  @Nullable Path etcdCertificate;

  @Option(names = "--etcd-key", paramLabel = "FILE", description = "PEM (PKCS #8) of the client")
  @Nullable Path etcdKey;

  @Option(names = "--etcd-user", paramLabel = "NAME", description = "of etcd's own users")
  @Nullable String etcdUser;

  @Option(
      names = "--etcd-password-file",
      paramLabel = "FILE",
      description = "its first line is the user's password")
  @Nullable Path etcdPasswordFile;

  /**
   * Opens the store.
   *
   * @throws IllegalArgumentException when an option is wrong
   */
  ObjectStore open() {
    if (!store.startsWith(ETCD)) {
      return FolderStore.open(Path.of(store));
    }
    // gRPC reports its choice of transports at INFO through java.util.logging.
    java.util.logging.Logger.getLogger("io.grpc").setLevel(java.util.logging.Level.WARNING);
    // Netty, gRPC and jetcd report much at DEBUG, on the standard output of a command.
    if (LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
      root.setLevel(Level.OFF);
    }
    var scheme = etcdAuthority != null || etcdCertificate != null ? "https://" : "http://";
    var endpoints =
        Stream.of(store.substring(ETCD.length()).split(","))
            .map(member -> URI.create(scheme + member))
            .toList();
    return EtcdStore.open(
        new EtcdConfig(
            endpoints,
            etcdPrefix,
            Optional.ofNullable(etcdAuthority),
            Optional.ofNullable(etcdCertificate),
            Optional.ofNullable(etcdKey),
            credentials(),
            EtcdConfig.DEFAULT_ATTEMPT_TIMEOUT,
            EtcdConfig.DEFAULT_ATTEMPTS));
  }

  /** A registry on an open store; warnings about the ranges go to {@code err}. */
  Registry registry(ObjectStore opened, PrintWriter err) {
    return new Registry(
        opened,
        ranges(err),
        InstantSource.system(),
        new SecureRandom(),
        () -> declaredElsewhere(opened, err));
  }

  RangeOptions ranges(PrintWriter err) {
    var addresses = new ArrayList<AddressRange>();
    for (var text : addressRanges) {
      var parsed = AddressRange.parse(text);
      parsed.warnings().forEach(warning -> err.println("warning: " + warning));
      addresses.add(parsed.range());
    }
    var ports = Optional.ofNullable(nodePortRange).map(PortRange::parse);
    ports.ifPresent(range ->
        range.warnings(ephemeralPorts()).forEach(warning -> err.println("warning: " + warning)));
    err.flush();
    return new RangeOptions(
        addresses, ports, keepStaticBand ? WhenDynamicIsFull.REFUSE : WhenDynamicIsFull.USE_STATIC);
  }

  /** Services in other files of the folder, which a server watching it finds as well. */
  private static List<DeclaredService> declaredElsewhere(ObjectStore opened, PrintWriter err) {
    if (!(opened instanceof FolderStore folder)) {
      return List.of();
    }
    var own = folder.folder().resolve("services").resolve("specs");
    var manifests =
        Manifests.of(
            folder.folder(), file -> !(file.startsWith(own) && file.toString().endsWith(".json")));
    manifests.problems().forEach(problem -> err.println("warning: " + problem));
    err.flush();
    return manifests.objects().stream()
        .filter(Manifests.Manifest::isService)
        .map(each -> new DeclaredService(each.origin(), inNamespace(each)))
        .toList();
  }

  private static tools.jackson.databind.node.ObjectNode inNamespace(Manifests.Manifest manifest) {
    var service = manifest.object().deepCopy();
    var metadata = service.withObjectProperty("metadata");
    metadata.putIfAbsent("namespace", metadata.stringNode("default"));
    return service;
  }

  private Optional<EtcdConfig.Credentials> credentials() {
    if (etcdUser == null) {
      return Optional.empty();
    }
    if (etcdPasswordFile == null) {
      throw new IllegalArgumentException("--etcd-user needs --etcd-password-file");
    }
    try (var lines = Files.lines(etcdPasswordFile)) {
      return Optional.of(new EtcdConfig.Credentials(etcdUser, lines.findFirst().orElse("")));
    } catch (IOException unreadable) {
      throw new StoreException("cannot read " + etcdPasswordFile, unreadable);
    }
  }

  /** The kernel's, or its default where it does not say. */
  private static PortRange ephemeralPorts() {
    try {
      var text = Files.readString(Path.of("/proc/sys/net/ipv4/ip_local_port_range"));
      var ports = text.strip().split("\\s+", -1);
      return new PortRange(Integer.parseInt(ports[0]), Integer.parseInt(ports[1]));
    } catch (IOException | RuntimeException unknown) {
      return new PortRange(32768, 60999);
    }
  }
}

package dev.byname.resolverconfig.cli;

import dev.byname.app.ClusterLister;
import dev.byname.app.CommandProvider;
import dev.byname.cluster.IpAddress;
import dev.byname.resolverconfig.registry.Allocations;
import dev.byname.resolverconfig.registry.AuditReport;
import dev.byname.resolverconfig.registry.Finding;
import dev.byname.resolverconfig.registry.Manifests;
import dev.byname.resolverconfig.registry.Ownership;
import dev.byname.resolverconfig.registry.RefusedException;
import dev.byname.resolverconfig.registry.RepairReport;
import dev.byname.resolverconfig.store.ObjectStore;
import dev.byname.resolverconfig.store.StoreException;
import dev.byname.source.kubernetes.AccessException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code byname allocation}: which ClusterIPs and node ports are taken, and whether that is so. */
@Command(
    name = "allocation",
    description = "Which ClusterIPs and node ports are taken, by whom, and what is wrong with it.",
    mixinStandardHelpOptions = true)
final class AllocationCommand extends StoreCommand {
  private static final int SOMETHING = 1;
  private static final int FAILED = 3;

  AllocationCommand() {
    super("describe, audit, repair or who-has", FAILED);
  }

  /** Adds it to {@code byname}. */
  public static final class Provider implements CommandProvider {
    @Override
    public Object command() {
      return new AllocationCommand();
    }
  }

  enum Output {
    text,
    json
  }

  /** How results are printed. */
  static final class OutputOption {
    @Option(
        names = {"-o", "--output"},
        paramLabel = "text|json",
        defaultValue = "text",
        description = "default: ${DEFAULT-VALUE}")
    Output output = Output.text;
  }

  /** What is looked at: a store, or a cluster without its store. */
  static final class LookOptions {
    @Option(
        names = "--store",
        paramLabel = StoreOptions.LABEL,
        description = StoreOptions.DESCRIPTION)
    @Nullable String store;

    @Option(
        names = "--manifests",
        paramLabel = "DIR",
        description =
            "a cluster's objects in files, such as kubectl get services -A -o yaml prints")
    @Nullable Path manifests;

    @Option(
        names = "--kubeconfig",
        paramLabel = "FILE",
        description = "a cluster by its API; needs the right to list Services")
    @Nullable Path kubeconfig;

    @Option(names = "--context", paramLabel = "NAME", description = "of the kubeconfig")
    @Nullable String context;

    @Mixin EtcdOptions etcd = new EtcdOptions();
    @Mixin RangeFlags ranges = new RangeFlags();
  }

  @Command(
      name = "describe",
      description = "Prints the ranges, their bands, and how much of each is used.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:printed", "2:wrong usage", "3:the store or cluster could not be read"},
      mixinStandardHelpOptions = true)
  int describe(@Mixin LookOptions options, @Mixin OutputOption format) {
    return reported(() -> {
      var report = audit(options);
      report.findings().stream()
          .filter(finding -> finding.kind() == Finding.Kind.UNREADABLE)
          .forEach(this::warn);
      switch (format.output) {
        case text -> out().print(AllocationText.ranges(report.ranges()));
        case json -> print(AllocationJson.ranges(report.ranges()));
      }
      return DONE;
    });
  }

  @Command(
      name = "audit",
      description = {
        "Compares what is marked as taken with what Services hold; changes nothing.",
        "",
        "Of a store, everything is compared. Of a cluster (--manifests, --kubeconfig), Services are"
            + " compared with each other, with the ranges and, where the cluster has them, with its"
            + " IPAddresses; what else its API server has marked as taken only its store tells.",
        "",
        "A forecast takes the values that Services created in the last 30 days (or in the younger"
            + " half of the cluster's age, when that is shorter) hold today as the rate at which"
            + " the range fills. Fewer than ten such values, or less than a day, foretell nothing."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:nothing is wrong",
        "1:something is wrong",
        "2:wrong usage",
        "3:the store or cluster could not be read"
      },
      mixinStandardHelpOptions = true)
  int audit(@Mixin LookOptions options, @Mixin OutputOption format) {
    return reported(() -> {
      var report = audit(options);
      switch (format.output) {
        case text -> out().print(AllocationText.audit(report));
        case json -> print(AllocationJson.audit(report));
      }
      return report.findings().isEmpty() ? DONE : SOMETHING;
    });
  }

  @Command(
      name = "repair",
      description = {
        "Marks as taken what Services hold, and frees what no Service has held for three rounds.",
        "",
        "Each run is a round; rounds are remembered in the store. Nothing is taken from a Service:"
            + " what two of them hold, or what is in no range, stays and is reported."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:nothing is wrong any more, but for leaks that wait for their third round",
        "1:something is left that only people can decide",
        "2:wrong usage",
        "3:the store could not be read or written"
      },
      mixinStandardHelpOptions = true)
  int repair(
      @Mixin StoreOptions options,
      @Option(
              names = "--now",
              description =
                  "free leaks at once; only while no API server writes to the store, since that"
                      + " allocates before it stores the Service")
          boolean now,
      @Option(names = "--dry-run", description = "say what would be done, and change nothing")
          boolean dryRun,
      @Mixin OutputOption format) {
    return reported(() -> {
      RepairReport report;
      try (var store = Stores.openExisting(options.store, options.etcd)) {
        report = allocations(store, options.ranges).repair(now, dryRun);
      }
      switch (format.output) {
        case text -> out().print(AllocationText.repair(report, dryRun));
        case json -> print(AllocationJson.repair(report, dryRun));
      }
      return report.left().isEmpty() ? DONE : SOMETHING;
    });
  }

  @Command(
      name = "who-has",
      description = "Says who holds an address or a node port.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:a Service holds it",
        "1:no Service holds it",
        "2:wrong usage",
        "3:the store or cluster could not be read"
      },
      mixinStandardHelpOptions = true)
  int whoHas(
      @Mixin LookOptions options,
      @Parameters(paramLabel = "ADDRESS|PORT", description = "such as 10.0.0.76 or 31357")
          String value,
      @Mixin OutputOption format) {
    return reported(() -> {
      var owner = owner(options, value);
      owner.unreadable().forEach(this::warn);
      switch (format.output) {
        case text -> out().print(AllocationText.ownership(owner));
        case json -> print(AllocationJson.ownership(owner));
      }
      return owner.holdings().isEmpty() ? SOMETHING : DONE;
    });
  }

  private AuditReport audit(LookOptions options)
      throws RefusedException, AccessException, InterruptedException {
    var store = options.store;
    if (isOfCluster(options) || store == null) {
      return Allocations.audit(
          clusterObjects(options), options.ranges.read(err()), InstantSource.system());
    }
    try (var opened = Stores.openExisting(store, options.etcd)) {
      return allocations(opened, options.ranges).audit();
    }
  }

  private Ownership owner(LookOptions options, String value)
      throws RefusedException, AccessException, InterruptedException {
    var address = IpAddress.parse(value);
    if (address == null && !isPort(value)) {
      throw new IllegalArgumentException(
          "\"" + value + "\" is neither an IP address nor a port (1-65535)");
    }
    var store = options.store;
    if (isOfCluster(options) || store == null) {
      var objects = clusterObjects(options);
      var ranges = options.ranges.read(err());
      return address == null
          ? Allocations.whoHas(objects, ranges, Integer.parseInt(value))
          : Allocations.whoHas(objects, ranges, address);
    }
    try (var opened = Stores.openExisting(store, options.etcd)) {
      var allocations = allocations(opened, options.ranges);
      return address == null
          ? allocations.whoHas(Integer.parseInt(value))
          : allocations.whoHas(address);
    }
  }

  private static boolean isPort(String value) {
    return value.matches("[1-9][0-9]{0,4}") && Integer.parseInt(value) <= 65535;
  }

  private static boolean isOfCluster(LookOptions options) {
    var named =
        (options.store == null ? 0 : 1)
            + (options.manifests == null ? 0 : 1)
            + (options.kubeconfig == null ? 0 : 1);
    if (named != 1) {
      throw new IllegalArgumentException("name one of --store, --manifests and --kubeconfig");
    }
    return options.store == null;
  }

  private Manifests clusterObjects(LookOptions options)
      throws AccessException, InterruptedException {
    var folder = options.manifests;
    if (folder != null) {
      if (!Files.exists(folder)) {
        throw new StoreException("there is no file or folder " + folder, null);
      }
      return Manifests.of(folder);
    }
    var parts = new ArrayList<Manifests>();
    try (var cluster =
        ClusterLister.open(java.util.Objects.requireNonNull(options.kubeconfig), options.context)) {
      var services =
          cluster
              .list("/api/v1/services")
              .orElseThrow(() ->
                  new StoreException(cluster.server() + " is no Kubernetes API server", null));
      parts.add(Manifests.ofItems(services, "v1", "Service", "services"));
      for (var kind : List.of("ServiceCIDR", "IPAddress")) {
        parts.add(networkObjects(cluster, kind));
      }
    }
    return Manifests.joined(parts);
  }

  /** Of Kubernetes 1.33 and newer, or 1.31 with the beta switched on; none before. */
  private Manifests networkObjects(ClusterLister cluster, String kind) throws InterruptedException {
    var plural = kind.equals("IPAddress") ? "ipaddresses" : "servicecidrs";
    for (var version : List.of("v1", "v1beta1")) {
      var apiVersion = "networking.k8s.io/" + version;
      try {
        var found = cluster.list("/apis/" + apiVersion + "/" + plural);
        if (found.isPresent()) {
          return Manifests.ofItems(found.get(), apiVersion, kind, plural);
        }
      } catch (AccessException denied) {
        // An API server refuses what one may not list before it says whether it has it.
        warn(denied.getMessage() + "; looking on without " + plural);
      }
    }
    return new Manifests(List.of(), List.of());
  }

  private Allocations allocations(ObjectStore store, RangeFlags ranges) {
    return new Allocations(
        store,
        ranges.read(err()),
        InstantSource.system(),
        new SecureRandom(),
        () -> Stores.declaredElsewhere(store));
  }
}

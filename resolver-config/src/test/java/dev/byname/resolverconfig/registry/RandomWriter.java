package dev.byname.resolverconfig.registry;

import static dev.byname.resolverconfig.registry.RegistryHarness.service;

import dev.byname.resolverconfig.allocation.AddressRange;
import dev.byname.resolverconfig.allocation.Allocator.WhenDynamicIsFull;
import dev.byname.resolverconfig.allocation.PortRange;
import dev.byname.resolverconfig.store.EtcdConfig;
import dev.byname.resolverconfig.store.EtcdStore;
import dev.byname.resolverconfig.store.FolderStore;
import dev.byname.resolverconfig.store.ObjectStore;
import dev.byname.resolverconfig.store.StoreException;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import tools.jackson.databind.node.ObjectNode;

/**
 * A process that changes Services at random until its standard input ends, and writes down what it
 * was told: a line before each request, one after. Tests kill and pause it. Its ranges are so small
 * that writers meet all the time, and some of them ask for values by hand.
 */
final class RandomWriter {
  static final RangeOptions RANGES =
      new RangeOptions(
          List.of(AddressRange.of("10.0.0.0/27"), AddressRange.of("fd00::/112")),
          Optional.of(new PortRange(30000, 30023)),
          WhenDynamicIsFull.USE_STATIC);

  private static final List<String> SPECS =
      List.of(
          "{ports: [{port: 80}]}",
          "{clusterIP: 10.0.0.%d, ports: [{port: 80}]}",
          "{ipFamilyPolicy: RequireDualStack, ports: [{port: 80}]}",
          "{type: NodePort, ports: [{name: u, port: 53, protocol: UDP}, {name: t, port: 53}]}",
          "{type: NodePort, ports: [{port: 80, nodePort: 300%02d}]}",
          "{type: LoadBalancer, externalTrafficPolicy: Local, ports: [{port: 80}, {name: s, port:"
              + " 443}]}",
          "{clusterIP: None, ports: [{port: 80}]}",
          "{type: ExternalName, externalName: example.com}");

  private final Registry registry;
  private final Allocations allocations;
  private final Random random;
  private final String name;
  private final Writer log;
  private int request;

  private RandomWriter(ObjectStore store, Random random, String name, Writer log) {
    registry = new Registry(store, RANGES, InstantSource.system(), random, List::of);
    allocations =
        new Allocations(store, RANGES, InstantSource.system(), random, () -> Declared.NOTHING);
    this.random = random;
    this.name = name;
    this.log = log;
  }

  /** Arguments: an etcd URL or a folder, a seed, the writer's name, the file to write to. */
  public static void main(String[] arguments) throws Exception {
    var over = new AtomicBoolean();
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            System.in.transferTo(java.io.OutputStream.nullOutputStream());
          } catch (IOException broken) {
            // The end as well.
          }
          over.set(true);
        });
    try (var store = open(arguments[0]);
        var log =
            Files.newBufferedWriter(
                Path.of(arguments[3]), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      var writer =
          new RandomWriter(store, new Random(Long.parseLong(arguments[1])), arguments[2], log);
      while (!over.get()) {
        writer.step();
      }
    }
    System.exit(0);
  }

  private static ObjectStore open(String store) {
    return store.startsWith("http")
        ? EtcdStore.open(
            new EtcdConfig(
                List.of(URI.create(store)),
                EtcdConfig.DEFAULT_PREFIX,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Duration.ofSeconds(1),
                60))
        : FolderStore.open(Path.of(store));
  }

  private void step() throws IOException, RefusedException {
    // Its own are changed by nobody else, so what it was told of them last is what must be there.
    var isOwn = random.nextInt(3) > 0;
    var key = new ServiceKey(isOwn ? name : "shared", "s" + random.nextInt(isOwn ? 4 : 3));
    request++;
    var choice = random.nextInt(12);
    if (choice == 0) {
      line("BEGIN " + request + " repair/repair");
      line("END " + request + " " + repair());
    } else {
      line("BEGIN " + request + " " + key);
      line("END " + request + " " + (choice <= 4 ? delete(key) : apply(key)));
    }
  }

  private String apply(ServiceKey key) {
    try {
      var spec = SPECS.get(random.nextInt(SPECS.size())).formatted(random.nextInt(24));
      var manifest =
          "{apiVersion: v1, kind: Service, metadata: {name: %s, namespace: %s}, spec: %s}"
              .formatted(key.name(), key.namespace(), spec);
      return switch (registry.apply(service(manifest), false)) {
        case Outcome.Applied applied ->
            "APPLIED "
                + applied.service().at("/metadata/resourceVersion").stringValue()
                + " "
                + held(applied.service());
        case Outcome.Failed failed -> "FAILED";
        case Outcome.Deleted deleted -> throw new IllegalStateException("" + deleted);
      };
    } catch (StoreException failed) {
      return failed.outcomeUnknown() ? "UNKNOWN" : "FAILED";
    }
  }

  private String delete(ServiceKey key) {
    try {
      return switch (registry.delete(key, false)) {
        case Outcome.Deleted deleted -> "GONE";
        case Outcome.NotFound notFound -> "GONE";
        case Outcome.Failed failed -> "FAILED";
        case Outcome.Applied applied -> throw new IllegalStateException("" + applied);
      };
    } catch (StoreException failed) {
      return failed.outcomeUnknown() ? "UNKNOWN" : "FAILED";
    }
  }

  /** Nothing ever leaks or goes missing here, so a repair that finds work is wrong. */
  private String repair() throws RefusedException {
    try {
      var report = allocations.repair(false, false);
      return report.equals(new RepairReport(List.of(), List.of(), List.of(), List.of()))
          ? "REPAIRED"
          : "WRONG " + report;
    } catch (StoreException failed) {
      return "FAILED";
    }
  }

  /** What a Service holds: {@code [10.0.0.7, 30001]}. */
  static String held(ObjectNode service) {
    var claims = Claims.of(new ServiceObject(service.deepCopy()));
    var held = new ArrayList<String>();
    new TreeSet<>(claims.addresses().keySet()).forEach(address -> held.add(address.toString()));
    new TreeSet<>(claims.ports().keySet()).forEach(port -> held.add(port.toString()));
    return held.toString();
  }

  private void line(String text) throws IOException {
    log.write(text + "\n");
    log.flush();
  }
}

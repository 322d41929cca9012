package dev.byname.resolverconfig.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.byname.app.CommandProvider;
import dev.byname.resolverconfig.registry.Manifests;
import dev.byname.resolverconfig.registry.Outcome;
import dev.byname.resolverconfig.registry.Registry;
import dev.byname.resolverconfig.registry.Registry.UnreadableServiceException;
import dev.byname.resolverconfig.registry.ServiceKey;
import dev.byname.resolverconfig.store.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code byname service}: Services with their ClusterIPs and node ports, without an API server. */
@Command(
    name = "service",
    description = "Services with their ClusterIPs and node ports, in a folder or in etcd.",
    mixinStandardHelpOptions = true)
final class ServiceCommand extends StoreCommand {
  private static final int FAILED = 1;

  ServiceCommand() {
    super("apply, get or delete", FAILED);
  }

  /** Adds it to {@code byname}. */
  public static final class Provider implements CommandProvider {
    @Override
    public Object command() {
      return new ServiceCommand();
    }
  }

  enum Output {
    table,
    wide,
    json,
    yaml
  }

  @Command(
      name = "apply",
      description = "Creates or changes Services, and prints what each was given.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:all were applied", "1:one was refused, or the store failed"},
      mixinStandardHelpOptions = true)
  int apply(
      @Mixin StoreOptions options,
      @Option(
              names = {"-f", "--filename"},
              required = true,
              paramLabel = "FILE",
              description = "YAML or JSON file or folder, - for standard input")
          List<String> files,
      @Option(
              names = {"-n", "--namespace"},
              paramLabel = "NAMESPACE",
              description = "of Services that name none (default: default)")
          @Nullable String namespace,
      @Option(names = "--dry-run", description = "say what would be done, and change nothing")
          boolean dryRun,
      @Option(
              names = {"-o", "--output"},
              paramLabel = "json|yaml")
          @Nullable Output output) {
    return withRegistry(
        options,
        Stores::open,
        registry -> {
          var failed = false;
          var shown = new ArrayList<ObjectNode>();
          for (var file : files) {
            var manifests = read(file);
            for (var problem : manifests.problems()) {
              complain(problem.toString());
              failed = true;
            }
            for (var manifest : manifests.objects()) {
              if (!manifest.isService()) {
                continue;
              }
              var service = manifest.object().deepCopy();
              var metadata = service.withObjectProperty("metadata");
              var own = metadata.path("namespace").stringValue("");
              if (own.isEmpty()) {
                metadata.put("namespace", namespace == null ? "default" : namespace);
              } else if (namespace != null && !namespace.equals(own)) {
                complain(
                    "%s: the namespace of the object is \"%s\", not \"%s\""
                        .formatted(manifest.origin(), own, namespace));
                failed = true;
                continue;
              }
              switch (registry.apply(service, dryRun)) {
                case Outcome.Applied applied -> {
                  shown.add(applied.service());
                  tell(applied, output);
                }
                case Outcome.Failed refused -> {
                  complain(refused.message());
                  failed = true;
                }
                case Outcome.Deleted deleted -> throw new IllegalStateException("" + deleted);
              }
            }
          }
          if (output != null) {
            print(shown, output, false);
          } else if (shown.isEmpty() && !failed) {
            complain("no Service in " + String.join(", ", files));
            failed = true;
          }
          return failed ? FAILED : DONE;
        });
  }

  @Command(
      name = "get",
      description = "Prints Services as kubectl does.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:printed", "1:one was not found, or the store failed"},
      mixinStandardHelpOptions = true)
  int get(
      @Mixin StoreOptions options,
      @Parameters(arity = "0..*", paramLabel = "NAME") @Nullable List<String> names,
      @Option(
              names = {"-n", "--namespace"},
              paramLabel = "NAMESPACE",
              defaultValue = "default",
              description = "default: ${DEFAULT-VALUE}")
          String namespace,
      @Option(
              names = {"-A", "--all-namespaces"},
              description = "of all namespaces")
          boolean all,
      @Option(
              names = {"-o", "--output"},
              paramLabel = "wide|json|yaml")
          @Nullable Output output) {
    return withRegistry(
        options,
        Stores::openExisting,
        registry -> {
          var failed = false;
          var services = new ArrayList<ObjectNode>();
          if (names == null || names.isEmpty()) {
            var listing = registry.list(all ? Optional.empty() : Optional.of(namespace));
            services.addAll(listing.services());
            for (var unreadable : listing.unreadable()) {
              complain(unreadable);
              failed = true;
            }
          } else {
            for (var name : names) {
              var key = new ServiceKey(namespace, name);
              try {
                var found = registry.get(key);
                if (found.isPresent()) {
                  services.add(found.get());
                } else {
                  complain(new Outcome.NotFound(key).message());
                  failed = true;
                }
              } catch (UnreadableServiceException unreadable) {
                complain(String.valueOf(unreadable.getMessage()));
                failed = true;
              }
            }
          }
          var isTable = output == null || output == Output.table || output == Output.wide;
          if (services.isEmpty() && isTable) {
            if (!failed) {
              err()
                  .println(
                      all
                          ? "No resources found"
                          : "No resources found in " + namespace + " namespace.");
              err().flush();
            }
          } else {
            print(services, output == null ? Output.table : output, all);
          }
          return failed ? FAILED : DONE;
        });
  }

  @Command(
      name = "delete",
      description = "Deletes Services and frees what they hold.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:all were deleted", "1:one was not, or the store failed"},
      mixinStandardHelpOptions = true)
  int delete(
      @Mixin StoreOptions options,
      @Parameters(arity = "1..*", paramLabel = "NAME") List<String> names,
      @Option(
              names = {"-n", "--namespace"},
              paramLabel = "NAMESPACE",
              defaultValue = "default",
              description = "default: ${DEFAULT-VALUE}")
          String namespace,
      @Option(names = "--dry-run", description = "say what would be done, and change nothing")
          boolean dryRun) {
    return withRegistry(
        options,
        Stores::openExisting,
        registry -> {
          var failed = false;
          for (var name : names) {
            switch (registry.delete(new ServiceKey(namespace, name), dryRun)) {
              case Outcome.Deleted deleted ->
                  out()
                      .println(
                          "service/%s deleted%s%s"
                              .formatted(name, suffix(dryRun), list("; free: ", deleted.freed())));
              case Outcome.Failed refused -> {
                complain(refused.message());
                failed = true;
              }
              case Outcome.Applied applied -> throw new IllegalStateException("" + applied);
            }
          }
          return failed ? FAILED : DONE;
        });
  }

  @FunctionalInterface
  private interface RegistryWork {
    int with(Registry registry);
  }

  @FunctionalInterface
  private interface Opener {
    ObjectStore open(String store, EtcdOptions etcd);
  }

  private int withRegistry(StoreOptions options, Opener opener, RegistryWork work) {
    return reported(() -> {
      try (var store = opener.open(options.store, options.etcd)) {
        return work.with(options.registry(store, err()));
      }
    });
  }

  private void tell(Outcome.Applied applied, @Nullable Output output) {
    applied.warnings().forEach(this::warn);
    if (output == null) {
      out()
          .println(
              "service/%s %s%s%s%s"
                  .formatted(
                      applied.service().path("metadata").path("name").stringValue(""),
                      applied.verb(),
                      suffix(applied.dryRun()),
                      list(": ", applied.given()),
                      list("; free: ", applied.freed())));
      out().flush();
    }
  }

  private void print(List<ObjectNode> services, Output output, boolean withNamespace) {
    switch (output) {
      case table, wide ->
          out()
              .print(
                  ServiceTable.render(
                      services,
                      output == Output.wide,
                      withNamespace,
                      InstantSource.system().instant()));
      case json -> print(sorted(one(services)));
      case yaml ->
          out()
              .print(
                  new Dump(DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build())
                      .dumpToString(JSON.convertValue(sorted(one(services)), Object.class)));
    }
  }

  private static JsonNode one(List<ObjectNode> services) {
    if (services.size() == 1) {
      return services.getFirst();
    }
    var list = JsonNodeFactory.instance.objectNode();
    list.put("apiVersion", "v1").put("kind", "List").putObject("metadata");
    services.forEach(list.putArray("items")::add);
    return list;
  }

  private static JsonNode sorted(JsonNode node) {
    return Registry.sorted(node);
  }

  private static Manifests read(String file) {
    if (!file.equals("-")) {
      return Manifests.of(Path.of(file));
    }
    try {
      return Manifests.ofText(new String(System.in.readAllBytes(), UTF_8), "standard input");
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static String suffix(boolean dryRun) {
    return dryRun ? " (dry run)" : "";
  }

  private static String list(String before, List<String> texts) {
    return texts.isEmpty() ? "" : before + String.join(", ", texts);
  }
}

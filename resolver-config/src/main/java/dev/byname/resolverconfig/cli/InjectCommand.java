package dev.byname.resolverconfig.cli;

import dev.byname.app.CommandProvider;
import dev.byname.app.Logging;
import dev.byname.resolverconfig.injection.Injector;
import dev.byname.resolverconfig.injection.ManagedFile;
import dev.byname.resolverconfig.injection.Preview;
import dev.byname.resolverconfig.injection.Rules;
import dev.byname.resolverconfig.injection.WebhookServer;
import dev.byname.resolverconfig.injection.YamlDocuments;
import dev.byname.resolverconfig.resolvconf.PodResolvConf;
import dev.byname.resolverconfig.resolvconf.RefusedException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code byname inject}: DNS settings for pods by rules. */
@Command(
    name = "inject",
    description = "Give pods DNS settings by rules, or write a resolv.conf.",
    mixinStandardHelpOptions = true,
    subcommands = {
      InjectCommand.Webhook.class,
      InjectCommand.PreviewCommand.class,
      InjectCommand.WriteFile.class
    })
public final class InjectCommand {

  /** Found through ServiceLoader. */
  public static final class Provider implements CommandProvider {
    @Override
    public Object command() {
      return new InjectCommand();
    }
  }

  /** Serves the API server until the process is stopped. */
  @Command(
      name = "webhook",
      description =
          "Serve a mutating admission webhook: POST /inject for all rules, /inject/RULE for one,"
              + " GET /healthz. Certificate, rules and the node's file are read again when they"
              + " change.")
  static final class Webhook extends Reported {
    @Option(names = "--rules", required = true, paramLabel = "FILE", description = "Rules, YAML.")
    private Path rules = Path.of("");

    @Option(
        names = "--tls-cert",
        required = true,
        paramLabel = "FILE",
        description = "Certificate chain, PEM, the server's own first.")
    private Path chain = Path.of("");

    @Option(
        names = "--tls-key",
        required = true,
        paramLabel = "FILE",
        description = "Its private key, PEM without a password.")
    private Path key = Path.of("");

    @Option(
        names = "--listen",
        defaultValue = "0.0.0.0:8443",
        paramLabel = "IP:PORT",
        description = "Where to listen (default: ${DEFAULT-VALUE}).")
    private String listen = "";

    @Option(
        names = "--reload-interval",
        defaultValue = "10",
        paramLabel = "SECONDS",
        description = "How often to look at the files (default: ${DEFAULT-VALUE}).")
    private int reloadSeconds;

    @Mixin private KubeletOptions kubelet = new KubeletOptions();

    @Override
    int run() {
      Logging.setUp(false);
      if (reloadSeconds < 1) {
        throw new RefusedException("--reload-interval", "must be 1 or more");
      }
      var server =
          WebhookServer.start(
              new WebhookServer.Config(
                  address(listen),
                  chain,
                  key,
                  rules,
                  kubelet.nodeWithoutFile(),
                  kubelet.nodeResolvConf(),
                  Duration.ofSeconds(reloadSeconds)));
      try (server) {
        Runtime.getRuntime().addShutdownHook(new Thread(server::close, "webhook-stop"));
        out()
            .println(
                "listening on "
                    + server.address().getHostString()
                    + ":"
                    + server.address().getPort());
        out().flush();
        server.awaitClosed();
        return 0;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return 1;
      }
    }

    private static InetSocketAddress address(String text) {
      int colon = text.lastIndexOf(':');
      try {
        int port = Integer.parseInt(text.substring(colon + 1));
        var host = colon < 0 ? "" : text.substring(0, colon).replaceAll("^\\[|]$", "");
        var address =
            host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
        if (!address.isUnresolved()) {
          return address;
        }
      } catch (IllegalArgumentException e) {
        // said below
      }
      throw new RefusedException("--listen", "must be IP:PORT, not " + text);
    }
  }

  /** Shows what the webhook would do. */
  @Command(
      name = "preview",
      description = "Print what the webhook would change in the pods of a manifest, as a diff.")
  static final class PreviewCommand extends Reported {
    @Option(
        names = {"-f", "--filename"},
        required = true,
        paramLabel = "FILE",
        description =
            "Manifests: Pods, Deployments, StatefulSets, DaemonSets, ReplicaSets, Jobs, CronJobs,"
                + " and Lists of them (- is standard input).")
    private Path file = Path.of("");

    @Option(names = "--rules", required = true, paramLabel = "FILE", description = "Rules, YAML.")
    private Path rules = Path.of("");

    @Option(
        names = {"-n", "--namespace"},
        defaultValue = "default",
        paramLabel = "NS",
        description = "Namespace, where a manifest names none (default: ${DEFAULT-VALUE}).")
    private String namespace = "";

    @Option(
        names = "--exit-code",
        description = "Exit with 3 when something would change, as a check in scripts.")
    private boolean exitCode;

    @Option(
        names = {"-o", "--output"},
        defaultValue = "text",
        description = "text, or json with the JSON Patch of each object.")
    private Output output = Output.TEXT;

    @Mixin private KubeletOptions kubelet = new KubeletOptions();

    @Override
    int run() {
      var injector = new Injector(Rules.read(rules), kubelet.node());
      var preview = Preview.of(injector, YamlDocuments.read(file), namespace);
      if (preview.items().isEmpty()) {
        throw new RefusedException(
            file.toString(), "holds no Pod and no workload with a pod template");
      }
      switch (output) {
        case TEXT -> preview.items().forEach(this::print);
        case JSON -> printJson(preview.items().stream().map(PreviewCommand::tree).toList());
      }
      return exitCode && preview.changesSomething() ? 3 : 0;
    }

    private void print(Preview.Item item) {
      out().print(item.diff());
      if (item.diff().isEmpty()) {
        out().println(item.workload() + ": " + item.verdict() + ", " + item.reason());
      }
      out().flush();
      item.warnings().forEach(warning -> warn(item.workload() + ": " + warning));
    }

    private static Map<String, Object> tree(Preview.Item item) {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("kind", item.workload().kind());
      tree.put("namespace", item.workload().namespace());
      tree.put("name", item.workload().name());
      tree.put("verdict", item.verdict());
      tree.put("reason", item.reason());
      tree.put("patch", item.patch());
      tree.put("warnings", item.warnings());
      return tree;
    }
  }

  /** Writes a resolv.conf. */
  @Command(
      name = "file",
      description = {
        "Write the resolv.conf of a pod to a file, atomically. What was there before is kept beside"
            + " it; a file of another manager is left alone unless forced.",
      },
      footer = {
        "",
        "Example, for a network namespace:",
        "  byname inject file -n shop --cluster-dns 10.0.0.10 --target /etc/netns/shop/resolv.conf"
      })
  static final class WriteFile extends Reported {
    @Option(
        names = "--target",
        required = true,
        paramLabel = "FILE",
        description = "The file to write, in a folder that exists.")
    private Path target = Path.of("");

    @Option(
        names = "--force",
        description = "Write over a file that another manager owns or that was edited since.")
    private boolean force;

    @Option(names = "--restore", description = "Put back what was there before the first write.")
    private boolean restore;

    @Mixin private PodOptions pod = new PodOptions();
    @Mixin private KubeletOptions kubelet = new KubeletOptions();

    @Override
    int run() {
      var file = new ManagedFile(target);
      if (restore) {
        return report(file.restore(force));
      }
      var built = PodResolvConf.build(pod.read(), kubelet.node());
      built.warnings().forEach(warning -> warn(warning.text()));
      return report(file.write(built.render(), force));
    }

    private int report(ManagedFile.Result result) {
      out().println(target + " " + result.name().toLowerCase(Locale.ROOT));
      return 0;
    }
  }
}

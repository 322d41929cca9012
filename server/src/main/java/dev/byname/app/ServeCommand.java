package dev.byname.app;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code byname serve}: runs until it is told to stop. */
@Command(
    name = "serve",
    description = {
      "Answers DNS as a Corefile says, until SIGTERM or SIGINT.",
      "SIGUSR1 reads the Corefile again at once."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:stopped by a signal",
      "1:the configuration is bad or an address cannot be had"
    },
    mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
  /** The process goes on after the command has returned. */
  static final int STILL_RUNNING = -1;

  @Option(
      names = "-conf",
      paramLabel = "FILE",
      defaultValue = "Corefile",
      description = "Corefile or kube-dns ConfigMap (default: ${DEFAULT-VALUE})")
  Path corefile = Path.of("Corefile");

  @Option(
      names = {"-dns.port", "-p"},
      paramLabel = "PORT",
      description = "Port of server blocks that name none (default: each scheme's own)")
  int port = -1;

  @Option(
      names = "-o",
      paramLabel = "FORMAT",
      description = "Format of the log: text (default) or json")
  String format = "text";

  @Override
  public Integer call() {
    Logging.setUp(format.equals("json"));
    var server = new BynameServer(corefile, port, System.getenv());
    try {
      server.start();
    } catch (ConfigurationException e) {
      server.close();
      throw e;
    }
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(server::stop));
    Signals.onUsr1(() -> server.reload(true));
    return STILL_RUNNING;
  }
}

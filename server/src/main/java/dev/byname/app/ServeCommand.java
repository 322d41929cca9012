package dev.byname.app;

import dev.byname.transport.Listeners;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
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

  /** Nothing that picocli would take for an option or for a file of arguments. */
  private static final Pattern PLAIN_PATH = Pattern.compile("[A-Za-z0-9_./][A-Za-z0-9_./-]*");

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

  /**
   * The command as pods start it: each option at most once, with a value that needs no second look.
   * Everything else is picocli's to read and to complain of. Its class files are of Java 5, which
   * the JVM's archives do not take, so that reading them is most of a start that has an AOT cache.
   *
   * @return null when picocli is to read the arguments
   */
  static @Nullable ServeCommand plain(String[] arguments) {
    if (arguments.length % 2 == 0 || !arguments[0].equals("serve")) {
      return null;
    }
    var command = new ServeCommand();
    Set<String> given = new HashSet<>();
    for (int i = 1; i < arguments.length; i += 2) {
      String value = arguments[i + 1];
      if (!given.add(arguments[i]) || !command.set(arguments[i], value)) {
        return null;
      }
    }
    return command;
  }

  /** Whether the option is one of ours and the value one that needs no second look. */
  private boolean set(String option, String value) {
    return switch (option) {
      case "-conf" -> {
        corefile = Path.of(value);
        yield PLAIN_PATH.matcher(value).matches();
      }
      case "-dns.port" -> {
        boolean number = value.matches("[1-9][0-9]{0,4}");
        port = number ? Integer.parseInt(value) : -1;
        yield number;
      }
      case "-o" -> {
        format = value;
        yield value.equals("text") || value.equals("json");
      }
      default -> false;
    };
  }

  /** {@link #call} with the exit codes and the messages that picocli is set up for. */
  int run() {
    try {
      return call();
    } catch (ConfigurationException mistake) {
      System.err.println("byname: " + mistake.getMessage());
      return 1;
    }
  }

  @Override
  public Integer call() {
    if (!Files.exists(corefile)) {
      // CoreDNS would answer every name with whoami; that is nobody's wish, least of all of who
      // started it in the wrong folder.
      throw new ConfigurationException(
          "%s: there is no such file; say with -conf where the Corefile is".formatted(corefile));
    }
    // Takes as long as all that comes before the first socket.
    Thread.ofPlatform().name("sockets").daemon().start(Listeners::prepare);
    Logging.setUp(format.equals("json"));
    var server = new BynameServer(corefile, port, System.getenv());
    // Before the start, so that a signal in the middle of it finds somebody: stopping waits for it.
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(server::stop));
    try {
      server.start();
    } catch (ConfigurationException e) {
      server.close();
      throw e;
    }
    Signals.onUsr1(() -> server.reload(true));
    return STILL_RUNNING;
  }
}

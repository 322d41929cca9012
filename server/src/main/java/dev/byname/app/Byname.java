package dev.byname.app;

import java.io.PrintWriter;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command line. */
@Command(
    name = "byname",
    description = "DNS and service discovery for Kubernetes clusters.",
    mixinStandardHelpOptions = true,
    versionProvider = Byname.Version.class,
    subcommands = {
      ServeCommand.class,
      CheckCommand.class,
      LookupCommand.Lookup.class,
      LookupCommand.Explain.class
    })
public final class Byname implements Runnable {
  @CommandLine.Spec CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) throws InterruptedException {
    Logging.setUpForCommand(); // serve sets up its own
    int exitCode = commandLine().execute(asCoreDns(arguments));
    if (exitCode != ServeCommand.STILL_RUNNING) {
      System.exit(exitCode);
    }
    // Without an admin page all other threads are daemons, and the process would end here. Nobody
    // ends this wait but a signal.
    Thread.currentThread().join();
  }

  /** All commands, those of other modules included. */
  public static CommandLine commandLine() {
    var commandLine = new CommandLine(new Byname());
    for (CommandProvider provider :
        ServiceLoader.load(CommandProvider.class, Byname.class.getClassLoader())) {
      commandLine.addSubcommand(provider.command());
    }
    // One line, not the whole usage behind it: --help prints that.
    commandLine.setParameterExceptionHandler((mistake, arguments) -> {
      CommandLine command = mistake.getCommandLine();
      PrintWriter err = command.getErr();
      err.println(
          command.getCommandSpec().qualifiedName()
              + ": "
              + mistake.getMessage()
              + "; see "
              + command.getCommandSpec().qualifiedName()
              + " --help");
      err.flush();
      return command.getCommandSpec().exitCodeOnInvalidInput();
    });
    commandLine.setExecutionExceptionHandler((failure, command, parsed) -> {
      if (!(failure instanceof ConfigurationException)) {
        throw failure;
      }
      PrintWriter err = command.getErr();
      err.println("byname: " + failure.getMessage());
      err.flush();
      return 1;
    });
    return commandLine;
  }

  /**
   * {@code byname -conf Corefile} is {@code byname serve -conf Corefile}: manifests written for
   * CoreDNS start it so.
   */
  private static String[] asCoreDns(String[] arguments) {
    if (arguments.length == 0
        || !arguments[0].startsWith("-")
        || arguments[0].equals("-h")
        || arguments[0].equals("-V")
        || arguments[0].startsWith("--")) {
      return arguments;
    }
    String[] serve = new String[arguments.length + 1];
    serve[0] = "serve";
    System.arraycopy(arguments, 0, serve, 1, arguments.length);
    return serve;
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getErr());
    throw new CommandLine.ParameterException(spec.commandLine(), "a command is needed");
  }

  /** Of the jar; "development" when run from classes. */
  static final class Version implements IVersionProvider {
    static String text() {
      String version = Byname.class.getPackage().getImplementationVersion();
      return version == null ? "development" : version;
    }

    @Override
    public String[] getVersion() {
      return new String[] {"byname " + text(), "Java " + Runtime.version()};
    }
  }
}

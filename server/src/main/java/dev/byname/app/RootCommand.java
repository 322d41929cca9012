package dev.byname.app;

import java.io.PrintWriter;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command line as picocli reads it. */
@Command(
    name = "byname",
    description = "DNS and service discovery for Kubernetes clusters.",
    mixinStandardHelpOptions = true,
    versionProvider = RootCommand.Version.class,
    subcommands = {
      ServeCommand.class,
      CheckCommand.class,
      LookupCommand.Lookup.class,
      LookupCommand.Explain.class
    })
public final class RootCommand implements Runnable {
  @CommandLine.Spec CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  /** All commands, those of other modules included. */
  public static CommandLine commandLine() {
    var commandLine = new CommandLine(new RootCommand());
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

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getErr());
    throw new CommandLine.ParameterException(spec.commandLine(), "a command is needed");
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"byname " + Byname.Version.text(), "Java " + Runtime.version()};
    }
  }
}

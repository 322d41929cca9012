package dev.byname.resolverconfig.cli;

import dev.byname.resolverconfig.registry.RefusedException;
import dev.byname.resolverconfig.store.StoreException;
import dev.byname.source.kubernetes.AccessException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A command with subcommands that work on a store: what goes wrong is told in one line, with an
 * exit code of its own.
 */
@Command
abstract class StoreCommand implements Runnable {
  static final int DONE = 0;

  static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final String subcommands;
  private final int failed;

  @Spec CommandSpec spec = CommandSpec.create();

  /**
   * @param subcommands as {@code apply, get or delete}
   * @param failed the exit code when the store cannot be read or written
   */
  StoreCommand(String subcommands, int failed) {
    this.subcommands = subcommands;
    this.failed = failed;
  }

  @Override
  public final void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "a command is needed: " + subcommands);
  }

  /** What a subcommand does; the exit code. */
  @FunctionalInterface
  interface Work {
    int run() throws RefusedException, AccessException, InterruptedException;
  }

  final int reported(Work work) {
    try {
      return work.run();
    } catch (StoreException lost) {
      complain(
          lost.getMessage()
              + (lost.outcomeUnknown()
                  ? "; it may have been done all the same: look with `byname service get`"
                  : ""));
      return failed;
    } catch (RefusedException | AccessException refused) {
      complain(String.valueOf(refused.getMessage()));
      return failed;
    } catch (IllegalArgumentException wrongOption) {
      throw new CommandLine.ParameterException(
          spec.commandLine().getParseResult().subcommand().commandSpec().commandLine(),
          String.valueOf(wrongOption.getMessage()),
          wrongOption);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return failed;
    } finally {
      out().flush();
    }
  }

  final void complain(String problem) {
    err().println("byname: " + problem.replace('\n', ' '));
    err().flush();
  }

  final void warn(Object what) {
    err().println("warning: " + what);
    err().flush();
  }

  final void print(JsonNode tree) {
    out().println(JSON.writeValueAsString(tree));
  }

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  final PrintWriter err() {
    return spec.commandLine().getErr();
  }
}

package dev.byname.resolverconfig.cli;

import dev.byname.resolverconfig.resolvconf.Problem;
import dev.byname.resolverconfig.resolvconf.RefusedException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** A subcommand that prints refused inputs as one line each and exits with 1. */
@Command(mixinStandardHelpOptions = true)
abstract class Reported implements Callable<Integer> {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  /** How a result is printed. */
  enum Output {
    TEXT,
    JSON;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public final Integer call() {
    try {
      return run();
    } catch (RefusedException e) {
      for (Problem problem : e.problems()) {
        err().println("error: " + problem);
      }
      err().flush();
      return 1;
    } finally {
      out().flush();
    }
  }

  /** Does the work; the exit code. */
  abstract int run();

  PrintWriter out() {
    return spec.commandLine().getOut();
  }

  PrintWriter err() {
    return spec.commandLine().getErr();
  }

  void warn(String text) {
    err().println("warning: " + text);
    err().flush();
  }

  void printJson(Object tree) {
    out().println(JSON.writeValueAsString(tree));
  }
}

package dev.byname.app;

import java.io.PrintWriter;
import java.io.StringWriter;

/** What a command of {@code byname} printed, and its exit code. */
record CommandOutput(int exitCode, String out, String err) {
  static CommandOutput of(String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    int exitCode =
        RootCommand.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments);
    return new CommandOutput(exitCode, out.toString(), err.toString());
  }
}

package dev.byname.app;

/**
 * Where the process starts. No method of this class has a type of picocli's, which the JVM would
 * load to find {@link #main}; why that matters stands at {@link ServeCommand#plain}.
 */
public final class Byname {
  private Byname() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) throws InterruptedException {
    int exitCode = execute(asCoreDns(arguments));
    if (exitCode != ServeCommand.STILL_RUNNING) {
      System.exit(exitCode);
    }
    // Without an admin page all other threads are daemons, and the process would end here. Nobody
    // ends this wait but a signal.
    Thread.currentThread().join();
  }

  private static int execute(String[] arguments) {
    ServeCommand serve = ServeCommand.plain(arguments);
    if (serve != null) {
      return serve.run();
    }
    Logging.setUpForCommand(); // serve sets up its own
    return RootCommand.commandLine().execute(arguments);
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

  /** Of the jar; "development" when run from classes. */
  static final class Version {
    private Version() {}

    static String text() {
      String version = Byname.class.getPackage().getImplementationVersion();
      return version == null ? "development" : version;
    }
  }
}

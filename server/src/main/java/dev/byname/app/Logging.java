package dev.byname.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** How this process logs: lines for people, or JSON for machines. */
public final class Logging {
  private static final String OURS = "dev.byname";

  /** The offset, not the zone UTC, for which Java would read its table of time zones. */
  private static final String LINE =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX, Z} %-5level %logger{0}: %msg%n";

  private static java.util.logging.@Nullable Logger grpc;
  private static boolean ours;

  private Logging() {}

  /** A server's log, on standard output. Replaces whatever was set up before. */
  public static void setUp(boolean json) {
    setUp(json, "System.out", Level.INFO);
  }

  /** A command's: what it prints is its result, so only warnings, on standard error. */
  static void setUpForCommand() {
    setUp(false, "System.err", Level.WARN);
    quietGrpc();
  }

  /**
   * To be called before gRPC is used: it tells at INFO which transport it chose, and goes round the
   * logging set up here. Not before it is needed, because Java then looks into every jar for a
   * logging backend. Does nothing in other people's processes.
   */
  static synchronized void quietGrpc() {
    if (ours && grpc == null) {
      grpc = java.util.logging.Logger.getLogger("io.grpc"); // held, or the level is forgotten
      grpc.setLevel(java.util.logging.Level.WARNING);
    }
  }

  /** Until it is closed, nothing is logged. */
  interface Silence extends AutoCloseable {
    @Override
    void close();
  }

  /** For a command that prints itself what its helpers would log. */
  static Silence silence() {
    Logger ours = (Logger) LoggerFactory.getLogger(OURS);
    Level before = ours.getLevel();
    ours.setLevel(Level.OFF);
    return () -> ours.setLevel(before);
  }

  private static synchronized void setUp(boolean json, String stream, Level level) {
    ours = true;
    LogbackOnly.choose();
    var context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    Encoder<ILoggingEvent> encoder = json ? json() : lines();
    encoder.setContext(context);
    encoder.start();
    var console = new ConsoleAppender<ILoggingEvent>();
    console.setContext(context);
    console.setTarget(stream);
    console.setEncoder(encoder);
    console.start();
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.WARN);
    root.addAppender(console);
    context.getLogger(OURS).setLevel(level);
  }

  private static Encoder<ILoggingEvent> lines() {
    var encoder = new PatternLayoutEncoder();
    encoder.setPattern(LINE);
    return encoder;
  }

  private static Encoder<ILoggingEvent> json() {
    var encoder = new JsonEncoder();
    encoder.setWithSequenceNumber(false);
    encoder.setWithContext(false);
    encoder.setWithNanoseconds(false);
    encoder.setWithFormattedMessage(true);
    encoder.setWithMessage(false);
    encoder.setWithArguments(false);
    return encoder;
  }

  static void debug() {
    ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(OURS).setLevel(Level.DEBUG);
  }
}

package dev.byname.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import org.slf4j.LoggerFactory;

/** How this process logs: lines for people, or JSON for machines. */
public final class Logging {
  private static final String OURS = "dev.byname";
  private static final String LINE =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX, UTC} %-5level %logger{0}: %msg%n";

  private Logging() {}

  /** A server's log, on standard output. Replaces whatever was set up before. */
  public static void setUp(boolean json) {
    setUp(json, "System.out", Level.INFO);
  }

  /** A command's: what it prints is its result, so only warnings, on standard error. */
  static void setUpForCommand() {
    setUp(false, "System.err", Level.WARN);
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

  private static void setUp(boolean json, String stream, Level level) {
    // gRPC tells at INFO which transport it chose, and goes round the logging set up here.
    java.util.logging.Logger.getLogger("io.grpc").setLevel(java.util.logging.Level.WARNING);
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

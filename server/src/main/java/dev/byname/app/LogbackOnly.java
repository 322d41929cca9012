package dev.byname.app;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * Logback for a process whose logging {@link Logging} sets up. The usual ways to it ask the class
 * loader for providers, configurators and configuration files, and each question opens every jar on
 * the class path: a quarter of a start with an AOT cache.
 */
public final class LogbackOnly implements SLF4JServiceProvider {
  private static final String REQUESTED_API_VERSION = "2.0.99"; // any SLF4J 2.0

  private final LoggerContext context = new LoggerContext();
  private final IMarkerFactory markers = new BasicMarkerFactory();
  private final LogbackMDCAdapter diagnostics = new LogbackMDCAdapter();

  /** Has effect until the process's first logger is made. */
  static void choose() {
    System.setProperty("slf4j.internal.verbosity", "WARN"); // it would tell of the next line
    System.setProperty("slf4j.provider", LogbackOnly.class.getName());
  }

  @Override
  public void initialize() {
    context.setName("default");
    context.setMDCAdapter(diagnostics);
    context.start();
  }

  @Override
  public ILoggerFactory getLoggerFactory() {
    return context;
  }

  @Override
  public IMarkerFactory getMarkerFactory() {
    return markers;
  }

  @Override
  public MDCAdapter getMDCAdapter() {
    return diagnostics;
  }

  @Override
  public String getRequestedApiVersion() {
    return REQUESTED_API_VERSION;
  }
}

package dev.byname.source.kubernetes;

import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;

/**
 * Which parts of the API cannot be read at the moment, and why. Logs each reason once per outage,
 * and the end of the outage. Safe from any thread.
 */
final class ReadingHealth {
  /** A server that finds ever new words must not fill the disk. */
  private static final int REASONS_LOGGED_MAX = 20;

  private final Logger log;
  private final Supplier<String> server;
  private final Map<String, String> failures = new TreeMap<>();
  private final Set<String> logged = new HashSet<>();

  ReadingHealth(Logger log, Supplier<String> server) {
    this.log = log;
    this.server = server;
  }

  /**
   * @param part like {@code services}
   */
  synchronized void failing(String part, String reason) {
    failures.put(part, reason);
    if (logged.size() < REASONS_LOGGED_MAX && logged.add(reason)) {
      log.warn("kubernetes API {} cannot be read: {}: {}", server.get(), part, reason);
    }
  }

  synchronized void working(String part) {
    if (failures.remove(part) != null && failures.isEmpty()) {
      logged.clear();
      log.info("kubernetes API {} is read again", server.get());
    }
  }

  /** The parts that fail. */
  synchronized Collection<String> failures() {
    return Set.copyOf(failures.keySet());
  }

  /** One line, parts with the same reason together; empty when all is well. */
  synchronized String description() {
    Map<String, String> partsByReason = new TreeMap<>();
    failures.forEach((part, reason) -> partsByReason.merge(reason, part, (a, b) -> a + ", " + b));
    return partsByReason.entrySet().stream()
        .map(entry -> entry.getValue() + ": " + entry.getKey())
        .collect(Collectors.joining("; "));
  }
}

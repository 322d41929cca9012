package dev.byname.plugin;

/**
 * Turns the process's own debug logging on; a configuration without {@code debug} turns it off
 * again.
 */
@FunctionalInterface
public interface LogLevel {
  void debug();
}

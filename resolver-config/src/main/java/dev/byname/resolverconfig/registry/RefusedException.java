package dev.byname.resolverconfig.registry;

/**
 * A request cannot be served with what is stored; nothing was changed. The message is one line that
 * names the cause and the remedy.
 */
public final class RefusedException extends Exception {
  RefusedException(String message) {
    super(message);
  }
}

package dev.byname.resolverconfig.store;

import org.jspecify.annotations.Nullable;

/** The store cannot be read or written. The message is one line for the operator. */
public final class StoreException extends RuntimeException {
  private final boolean outcomeUnknown;

  /** A failure that left nothing changed. */
  public StoreException(String message, @Nullable Throwable cause) {
    this(message, cause, false);
  }

  /**
   * A failure of a commit.
   *
   * @param outcomeUnknown whether the changes may have been made
   */
  public StoreException(String message, @Nullable Throwable cause, boolean outcomeUnknown) {
    super(message, cause);
    this.outcomeUnknown = outcomeUnknown;
  }

  /** Whether the failed commit may have taken place; then look before trying again. */
  public boolean outcomeUnknown() {
    return outcomeUnknown;
  }
}

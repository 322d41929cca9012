package dev.byname.source.kubernetes;

import org.jspecify.annotations.Nullable;

/**
 * The way to the API server is described wrongly. The message is for the operator: which file,
 * which field, what is the matter with it.
 */
public final class AccessException extends Exception {
  AccessException(String message) {
    super(message);
  }

  AccessException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

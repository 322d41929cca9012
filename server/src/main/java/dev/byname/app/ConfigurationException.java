package dev.byname.app;

import java.io.Serial;

/** The operator's to mend; the message says what, where and how, in one line. */
final class ConfigurationException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  ConfigurationException(String message) {
    super(message);
  }

  ConfigurationException(String message, Throwable cause) {
    super(message, cause);
  }
}

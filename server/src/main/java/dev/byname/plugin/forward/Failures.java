package dev.byname.plugin.forward;

import java.net.ConnectException;
import java.net.PortUnreachableException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What went wrong, in the few words an operator needs in a log line. */
final class Failures {
  private Failures() {}

  static String text(@Nullable Throwable failure) {
    String prefix = "";
    Throwable cause = failure;
    while (cause != null) {
      if (cause instanceof PortUnreachableException || cause instanceof ConnectException) {
        return "connection refused";
      }
      if (cause instanceof SSLException) {
        prefix = "TLS: ";
      }
      if (cause.getCause() == null) {
        String message = cause.getMessage();
        return prefix
            + (message == null || message.isEmpty() ? cause.getClass().getSimpleName() : message);
      }
      cause = cause.getCause();
    }
    return "connection closed";
  }
}

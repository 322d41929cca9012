package dev.byname.source.kubernetes;

import java.time.Duration;

/** Why the API server did not give what was asked for; the message is for the operator. */
abstract sealed class ApiFailure extends Exception {
  private static final long serialVersionUID = 1;

  private ApiFailure(String message) {
    // Expected whenever a server restarts: nobody looks at where in our code it was noticed.
    super(message, null, false, false);
  }

  String reason() {
    return String.valueOf(getMessage());
  }

  /** No connection, no answer in time, or an answer that broke off. */
  static final class Unreachable extends ApiFailure {
    private static final long serialVersionUID = 1;

    Unreachable(String message) {
      super(message);
    }
  }

  /** The files that lead to the server, or our credentials, are wrong (now). */
  static final class NoAccess extends ApiFailure {
    private static final long serialVersionUID = 1;

    NoAccess(String message) {
      super(message);
    }
  }

  /** 401: it does not know us. */
  static final class Unauthorized extends ApiFailure {
    private static final long serialVersionUID = 1;

    Unauthorized(String message) {
      super(message);
    }
  }

  /** 403: it knows us, but RBAC does not allow this. */
  static final class Forbidden extends ApiFailure {
    private static final long serialVersionUID = 1;

    Forbidden(String message) {
      super(message);
    }
  }

  /** 404: it does not serve this API. */
  static final class NotServed extends ApiFailure {
    private static final long serialVersionUID = 1;

    NotServed(String message) {
      super(message);
    }
  }

  /** 410: the revision or the continue token is too old; the list must be read again. */
  static final class Gone extends ApiFailure {
    private static final long serialVersionUID = 1;

    Gone(String message) {
      super(message);
    }
  }

  /** 429 or 503 with a wish for how long to stay away. */
  static final class Busy extends ApiFailure {
    private static final long serialVersionUID = 1;
    private final transient Duration retryAfter;

    Busy(String message, Duration retryAfter) {
      super(message);
      this.retryAfter = retryAfter;
    }

    Duration retryAfter() {
      return retryAfter;
    }
  }

  /** 400 or 422: it does not understand a parameter. */
  static final class Rejected extends ApiFailure {
    private static final long serialVersionUID = 1;

    Rejected(String message) {
      super(message);
    }
  }

  /** Something else, like a page of a proxy where JSON should be. */
  static final class Unexpected extends ApiFailure {
    private static final long serialVersionUID = 1;

    Unexpected(String message) {
      super(message);
    }
  }
}

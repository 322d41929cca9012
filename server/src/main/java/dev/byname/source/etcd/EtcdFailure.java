package dev.byname.source.etcd;

import io.grpc.Status;

/** What a member of etcd, or the way to it, said instead of an answer. */
final class EtcdFailure extends Exception {
  /** What there is to do about it. */
  enum Kind {
    /** Ask again, better another member. */
    UNAVAILABLE,
    /** The revision asked for is no longer kept: list again. */
    COMPACTED,
    /** The member no longer knows our token: authenticate again. */
    TOKEN_EXPIRED,
    /** Somebody has to change the configuration, here or there. */
    DENIED
  }

  private final Kind kind;

  EtcdFailure(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  Kind kind() {
    return kind;
  }

  /** The text is etcd's own ({@code etcdserver: …}); its codes are too coarse. */
  static EtcdFailure of(Throwable failure) {
    if (failure instanceof EtcdFailure already) {
      return already;
    }
    var status = Status.fromThrowable(failure);
    var description = status.getDescription();
    var text = description == null ? status.getCode().toString() : description;
    var cause = status.getCause();
    if (cause != null && cause.getMessage() != null && !text.contains(cause.getMessage())) {
      // gRPC's "io exception" alone tells nobody that the certificate has expired.
      text = text + ": " + cause.getMessage();
    }
    return new EtcdFailure(kindOf(status.getCode(), text), text);
  }

  static Kind kindOf(Status.Code code, String text) {
    if (text.contains("has been compacted")) {
      return Kind.COMPACTED;
    }
    if (text.contains("invalid auth token") || text.contains("revision of auth store is old")) {
      return Kind.TOKEN_EXPIRED;
    }
    return switch (code) {
      // etcd says INVALID_ARGUMENT for a wrong password and for a missing user name.
      case PERMISSION_DENIED, UNAUTHENTICATED, INVALID_ARGUMENT, FAILED_PRECONDITION -> Kind.DENIED;
      case OK,
          CANCELLED,
          UNKNOWN,
          DEADLINE_EXCEEDED,
          NOT_FOUND,
          ALREADY_EXISTS,
          RESOURCE_EXHAUSTED,
          ABORTED,
          OUT_OF_RANGE,
          UNIMPLEMENTED,
          INTERNAL,
          UNAVAILABLE,
          DATA_LOSS ->
          Kind.UNAVAILABLE;
    };
  }
}

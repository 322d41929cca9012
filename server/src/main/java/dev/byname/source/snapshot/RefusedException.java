package dev.byname.source.snapshot;

/** A file that is no snapshot we can use; the message says why, for the log. */
final class RefusedException extends Exception {
  RefusedException(String reason) {
    super(reason);
  }
}

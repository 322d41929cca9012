package dev.byname.transport;

/** Why a socket cannot be had, in one line that names its address and what to do. */
final class OpenException extends Exception {
  OpenException(String problem) {
    super(problem);
  }
}

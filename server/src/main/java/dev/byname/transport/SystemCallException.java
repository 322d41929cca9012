package dev.byname.transport;

import java.io.IOException;

/** A system call failed. */
final class SystemCallException extends IOException {
  private final int errno;

  /**
   * @param errno as Linux numbers it, positive
   */
  SystemCallException(String call, int errno) {
    super(call + " failed: errno " + errno);
    this.errno = errno;
  }

  int errno() {
    return errno;
  }
}

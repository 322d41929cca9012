package dev.byname.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Signals to a process by its id; {@link Process} itself knows only TERM and KILL. */
public final class Signals {
  private Signals() {}

  /**
   * Returns when the signal is delivered.
   *
   * @param signal as {@code kill -l} names it: STOP, CONT, USR1, HUP, …
   * @param pid of a process that the test started
   */
  public static void send(String signal, long pid) {
    try {
      var kill = new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).inheritIO().start();
      if (kill.waitFor() != 0) {
        throw new IllegalStateException("kill -" + signal + " " + pid + " failed");
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

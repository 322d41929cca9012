package dev.byname.app;

import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signals other than those that end the process. The JDK offers them in {@code sun.misc} alone,
 * which the compiler rightly warns of; by reflection, a JDK without them costs the feature and not
 * the build.
 */
final class Signals {
  private static final Logger log = LoggerFactory.getLogger(Signals.class);

  private Signals() {}

  /** Runs the action on a thread of its own at every SIGUSR1. */
  static void onUsr1(Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  action.run();
                }
                return null;
              });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance("USR1"), proxy);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      log.warn("SIGUSR1 cannot be used here: {}", e.toString());
    }
  }
}

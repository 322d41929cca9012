package dev.byname.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/** Counts what this JVM holds, by its own histogram of reachable objects. */
public final class LiveBytes {
  /** Number, instances, bytes, class. */
  private static final Pattern LINE = Pattern.compile("^\\s*\\d+:\\s+\\d+\\s+\\d+\\s");

  /** What collectors put over dead objects that are not worth moving others for. */
  private static final String FILLER = "jdk.internal.vm.Filler";

  private LiveBytes() {}

  /** Bytes of all objects that are reachable now. Takes tenths of a second. */
  public static long now() {
    try {
      var histogram =
          (String)
              ManagementFactory.getPlatformMBeanServer()
                  .invoke(
                      new ObjectName("com.sun.management:type=DiagnosticCommand"),
                      "gcClassHistogram",
                      new Object[] {new String[0]},
                      new String[] {String[].class.getName()});
      return histogram
          .lines()
          .filter(line -> LINE.matcher(line).find() && !line.contains(FILLER))
          .mapToLong(line -> Long.parseLong(line.strip().split("\\s+")[2]))
          .sum();
    } catch (JMException failed) {
      throw new UncheckedIOException(new IOException(failed));
    }
  }
}

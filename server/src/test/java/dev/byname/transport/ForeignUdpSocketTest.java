package dev.byname.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.byname.corefile.Scheme;
import dev.byname.testkit.ManualScheduler;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What only the system calls can do; what all transports must do is in {@link ListenersTest}. */
class ForeignUdpSocketTest {
  @Test
  void itsThreadHasShortTimeSlices() throws Exception {
    var options = new TransportOptions(1, TransportOptions.Udp.FOREIGN);
    var observer = new CountingObserver();
    try (var listeners = new Listeners(options, observer, new ManualScheduler(Instant.EPOCH));
        var client = new DatagramSocket()) {
      var server =
          listeners
              .update(
                  List.of(ListenerConfig.of(Scheme.DNS, "127.0.0.1", 0)),
                  config -> new ScriptedHandler(),
                  Duration.ZERO)
              .getFirst()
              .address();
      client.setSoTimeout(20_000);
      byte[] query = Queries.query(1, "fast.a");
      client.send(new DatagramPacket(query, query.length, server));
      client.receive(new DatagramPacket(new byte[512], 512)); // the thread is under way

      List<Long> others = slicesNanos(name -> !name.startsWith("byname-udp-"));
      assumeTrue(!others.isEmpty(), "the kernel shows no se.slice in /proc/self/task/*/sched");
      String kernel = System.getProperty("os.version");
      assumeTrue(hasSlicesToChoose(kernel), "no time slices to choose before 6.12: " + kernel);
      assertThat(slicesNanos(name -> name.startsWith("byname-udp-")))
          .isNotEmpty()
          .allSatisfy(slice -> assertThat(slice).isLessThan(Collections.max(others)));
    }
  }

  private static boolean hasSlicesToChoose(String kernel) {
    String[] numbers = kernel.split("[^0-9]", 3);
    int major = Integer.parseInt(numbers[0]);
    return major > 6 || major == 6 && Integer.parseInt(numbers[1]) >= 12;
  }

  private static List<Long> slicesNanos(Predicate<String> threadName) throws IOException {
    List<Long> slices = new ArrayList<>();
    try (var tasks = Files.list(Path.of("/proc/self/task"))) {
      for (Path task : tasks.toList()) {
        try {
          if (threadName.test(Files.readString(task.resolve("comm")))) {
            Files.readAllLines(task.resolve("sched")).stream()
                .filter(line -> line.startsWith("se.slice"))
                .map(line -> Long.valueOf(line.replaceAll(".*: *", "")))
                .forEach(slices::add);
          }
        } catch (NoSuchFileException ended) {
          // a thread that is no longer there
        }
      }
    }
    return slices;
  }
}

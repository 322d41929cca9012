package dev.byname.resolverconfig.deploy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;

/** What runs in the pods of {@link EndToEndIT}, as a process of its own. */
final class PodClient {
  private PodClient() {}

  /**
   * {@code resolve NAME} prints the address that Java finds. {@code lookups NAMES INDEX STOPFILE}
   * is an {@link Asker}.
   */
  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "resolve" -> System.out.println(InetAddress.getByName(arguments[1]).getHostAddress());
      case "lookups" ->
          lookups(Asker.Names.valueOf(arguments[1]), arguments[2], Path.of(arguments[3]));
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static void lookups(Asker.Names names, String index, Path stop)
      throws InterruptedException {
    // Java would remember what it found for 30 s, and that it found nothing for 10 s.
    Security.setProperty("networkaddress.cache.ttl", "0");
    Security.setProperty("networkaddress.cache.negative.ttl", "0");
    for (int n = 1; !Files.exists(stop); n++) {
      var pod = "10.%s.%d.%d".formatted(index, n / 200, n % 200);
      long began = nowMicros();
      boolean answered =
          switch (names) {
            case REVIEWS -> has("reviews", "10.0.0.157");
            case PODS -> has(pod.replace('.', '-') + ".default.pod", pod);
          };
      System.out.println(began + " " + nowMicros() + (answered ? " answered" : " lost"));
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private static long nowMicros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }

  private static boolean has(String name, String address) {
    try {
      return InetAddress.getByName(name).getHostAddress().equals(address);
    } catch (UnknownHostException notFound) {
      return false;
    }
  }
}

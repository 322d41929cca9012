import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * From the start of the process to the first answer, for the demo cluster: without help, and with
 * an AOT cache as an image has it, made by one run before.
 */
final class Start {
  private static final Cluster.Query FIRST =
      new Cluster.Query(
          "reviews.default.svc.cluster.local.", "A", "NOERROR", List.of("10.0.0.157"));

  private Start() {}

  static Object run(Lab lab) throws IOException, InterruptedException {
    Path cache = lab.folder.resolve("byname.aot");
    Lab.Server training = start(lab, "-XX:AOTCacheOutput=" + cache, "-Xlog:aot=off");
    if (training == null) {
      return null;
    }
    untilAllIsLoaded(training.port());
    // Ends as a pod does; the JVM then writes the cache.
    training.process().destroy();
    if (!training.process().waitFor(60, TimeUnit.SECONDS) || !Files.exists(cache)) {
      Bench.say("start: no AOT cache was written; it needs jars, not folders, on the class path");
      return null;
    }
    List<Double> without = new ArrayList<>();
    List<Double> with = new ArrayList<>();
    for (int round = 0; round < lab.options.rounds(); round++) {
      without.add(seconds(lab));
      with.add(seconds(lab, "-XX:AOTCache=" + cache));
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("firstAnswerSeconds", median(without));
    result.put("firstAnswerSecondsWithAotCache", median(with));
    result.forEach((name, value) -> System.out.printf("%-34s %s%n", name, value));
    return result;
  }

  /** UDP answers while the rest is being loaded; the cache is to hold that rest, too. */
  private static void untilAllIsLoaded(int port) throws IOException, InterruptedException {
    byte[] query = Measure.query(FIRST.name(), FIRST.type());
    for (int tries = 0; tries < 100; tries++) {
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        var out = new DataOutputStream(socket.getOutputStream());
        out.writeShort(query.length);
        out.write(query);
        var in = new DataInputStream(socket.getInputStream());
        in.readNBytes(in.readUnsignedShort());
        return;
      } catch (ConnectException notYet) {
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
  }

  private static double median(List<Double> values) {
    return Bench.rounded(Bench.median(values.stream().mapToDouble(Double::doubleValue).toArray()));
  }

  private static double seconds(Lab lab, String... jvm) throws IOException, InterruptedException {
    Lab.Server server = start(lab, jvm);
    if (server == null) {
      return Double.NaN;
    }
    lab.stop(server.process());
    return server.startSeconds();
  }

  private static Lab.Server start(Lab lab, String... jvm) throws IOException, InterruptedException {
    var task = new Servers.Task(Measure.freePort());
    Path own = lab.ownFolder("byname-start");
    Path demo = Path.of(System.getProperty("bench.root"), "conf", "demo");
    List<String> command = Servers.byname(lab.java(jvm), own, task, demo);
    return lab.start("byname", "", command, task, FIRST);
  }
}

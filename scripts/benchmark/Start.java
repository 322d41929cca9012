import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * From the start of the process to the first answer, for the demo cluster, on one processor and on
 * two: without help, and with the AOT cache that {@code scripts/serve} has.
 */
final class Start {
  private static final Cluster.Query FIRST =
      new Cluster.Query(
          "reviews.default.svc.cluster.local.", "A", "NOERROR", List.of("10.0.0.157"));

  private Start() {}

  static Object run(Lab lab) throws IOException, InterruptedException {
    List<String> cached = assembledCache(lab);
    Map<String, Object> result = new LinkedHashMap<>();
    for (int processors = 1; processors <= 2; processors++) {
      List<Double> without = new ArrayList<>();
      List<Double> with = new ArrayList<>();
      for (int round = 0; round < lab.options.rounds(); round++) {
        without.add(seconds(lab, processors, List.of()));
        if (cached != null) {
          with.add(seconds(lab, processors, cached));
        }
      }
      String on = processors == 1 ? "OnOneProcessor" : "OnTwoProcessors";
      result.put("firstAnswerSeconds" + on, median(without));
      if (cached != null) {
        result.put("firstAnswerSecondsWithAotCache" + on, median(with));
      }
    }
    result.forEach((name, value) -> System.out.printf("%-46s %s%n", name, value));
    return result;
  }

  /** The options that make the JVM use a cache; null, with a line that says why, without one. */
  private static List<String> assembledCache(Lab lab) throws IOException, InterruptedException {
    Path jar = Path.of(lab.classPath);
    if (!Files.isRegularFile(jar)) {
      Bench.say("start: an AOT cache is for a single jar, such as resolver-config/target/byname.jar");
      return null;
    }
    Path cache = lab.folder.resolve("byname.aot");
    var command = new ArrayList<String>();
    command.add(System.getProperty("bench.root") + "/scripts/aot/assemble");
    command.addAll(List.of(System.getProperty("java.home"), "" + jar, "manifests", "" + cache));
    command.addAll(Lab.JVM);
    Lab.run(command.toArray(String[]::new));
    if (!Files.exists(cache)) {
      return null;
    }
    return List.of(
        "-XX:AOTMode=on",
        "-XX:AOTCache=" + cache,
        "-XX:+UnlockDiagnosticVMOptions",
        "-XX:ArchiveRelocationMode=0");
  }

  private static double median(List<Double> values) {
    return Bench.rounded(Bench.median(values.stream().mapToDouble(Double::doubleValue).toArray()));
  }

  private static double seconds(Lab lab, int processors, List<String> jvm)
      throws IOException, InterruptedException {
    var task = new Servers.Task(Measure.freePort(), processors, null, 0);
    Path own = lab.ownFolder("byname-start");
    Path demo = Path.of(System.getProperty("bench.root"), "conf", "demo");
    List<String> java = lab.java(jvm.toArray(String[]::new));
    List<String> command = Servers.byname(java, own, task, demo);
    Lab.Server server = lab.start("byname", "", command, task, FIRST);
    if (server == null) {
      return Double.NaN;
    }
    lab.stop(server.process());
    return server.startSeconds();
  }
}

package dev.byname;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Holds the code to the package drawing in ARCHITECTURE.md. To change the drawing, change MAY_USE.
 */
@AnalyzeClasses(packages = ArchitectureTest.ROOT, importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  static final String ROOT = "dev.byname";

  /** Package to the packages it may use; a package that is missing here may not exist. */
  private static final Map<String, List<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("wire", List.of()),
          Map.entry("corefile", List.of()),
          Map.entry("pem", List.of()),
          Map.entry("cluster", List.of()),
          Map.entry("rdata", List.of("wire")),
          Map.entry("zone", List.of("cluster", "rdata", "wire")),
          Map.entry("interop", List.of("rdata", "wire")),
          Map.entry("query", List.of("zone", "cluster", "rdata", "wire")),
          Map.entry(
              "plugin",
              List.of("query", "zone", "cluster", "interop", "rdata", "wire", "corefile", "pem")),
          Map.entry("source", List.of("cluster", "corefile", "pem")),
          Map.entry("lookup", List.of("query", "zone", "cluster", "rdata", "wire")),
          Map.entry("transport", List.of("query", "wire", "corefile", "pem")),
          Map.entry("observe", List.of("query", "cluster", "wire")),
          Map.entry("admin", List.of("observe")),
          Map.entry(
              "app",
              List.of(
                  "admin",
                  "observe",
                  "transport",
                  "lookup",
                  "source",
                  "plugin",
                  "query",
                  "zone",
                  "cluster",
                  "interop",
                  "rdata",
                  "wire",
                  "corefile")));

  /** Library to the only packages that may import it. */
  private static final Map<String, List<String>> FENCES =
      Map.of(
          "io.etcd..", List.of("source.etcd.."),
          "io.micrometer..", List.of("observe..", "admin.."),
          "org.xbill.DNS..", List.of("interop..", "plugin.."),
          "com.github.benmanes.caffeine..", List.of("plugin.."),
          "com.google.re2j..", List.of("plugin"),
          "io.netty.channel..", List.of("transport..", "plugin.forward..", "admin..", "app.."));

  @ArchTest static final ArchRule layers = layers();

  @ArchTest
  static final ArchRule acyclic = slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule pluginsDoNotSeeEachOther =
      slices()
          .matching(ROOT + ".plugin.(*)..")
          .should()
          .notDependOnEachOther()
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule sourcesDoNotSeeEachOther =
      slices()
          .matching(ROOT + ".source.(*)..")
          .should()
          .notDependOnEachOther()
          .allowEmptyShould(true);

  /** Tests own the clock: everything below app is handed its time. */
  @ArchTest
  static final ArchRule onlyAppReadsTheClock =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + ".app..")
          .should()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Instant.class, "now");

  @ArchTest
  static void librariesStayBehindTheirFences(com.tngtech.archunit.core.domain.JavaClasses classes) {
    FENCES.forEach((library, allowed) ->
        noClasses()
            .that()
            .resideOutsideOfPackages(
                allowed.stream().map(name -> ROOT + "." + name).toArray(String[]::new))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(library)
            .allowEmptyShould(true)
            .check(classes));
  }

  private static ArchRule layers() {
    var architecture =
        layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .ensureAllClassesAreContainedInArchitecture();
    for (var name : MAY_USE.keySet()) {
      architecture = architecture.layer(name).definedBy(ROOT + "." + name + "..");
    }
    for (var entry : MAY_USE.entrySet()) {
      var layer = architecture.whereLayer(entry.getKey());
      architecture =
          entry.getValue().isEmpty()
              ? layer.mayNotAccessAnyLayer()
              : layer.mayOnlyAccessLayers(entry.getValue().toArray(String[]::new));
    }
    return architecture;
  }
}

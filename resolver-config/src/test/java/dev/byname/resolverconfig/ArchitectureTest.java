package dev.byname.resolverconfig;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;

/** Holds the companion to its part of the package drawing in ARCHITECTURE.md. */
@AnalyzeClasses(packages = ArchitectureTest.ROOT, importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  static final String ROOT = "dev.byname.resolverconfig";

  @ArchTest
  static final ArchRule resolvConfNeedsTheJdkOnly =
      classes()
          .that()
          .resideInAPackage(ROOT + ".resolvconf")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", "org.jspecify..", ROOT + ".resolvconf");

  @ArchTest
  static final ArchRule injectionKnowsNothingOfTheServer =
      classes()
          .that()
          .resideInAPackage(ROOT + ".injection")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              ROOT + ".injection",
              ROOT + ".resolvconf",
              "dev.byname.pem",
              "java..",
              "javax.net.ssl",
              "io.netty..",
              "org.jspecify..",
              "org.slf4j..",
              "org.snakeyaml..",
              "tools.jackson..");

  @ArchTest
  static final ArchRule nobodyNeedsTheCommands =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + ".cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT + ".cli..");

  @ArchTest
  static final ArchRule nettyChannelsStayInInjection =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + ".injection..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.netty.channel..");

  @ArchTest
  static final ArchRule jetcdStaysInStore =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + ".store..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.etcd..");

  @ArchTest
  static final ArchRule acyclic = slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

  /** Whoever needs the time is handed it. */
  @ArchTest
  static final ArchRule nobodyReadsTheClock =
      noClasses()
          .should()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Instant.class, "now");
}

package dev.byname.corefile;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class CorefileTest {
  @TestFactory
  Stream<DynamicTest> goodOnes() {
    return CorefileCases.in("corefile", ParseOptions.DEFAULTS, (corefile, problems) -> {});
  }

  @TestFactory
  Stream<DynamicTest> complaints() {
    return CorefileCases.in(
        "corefile-errors/grammar", ParseOptions.DEFAULTS, (corefile, problems) -> {});
  }
}

package dev.byname.plugin.forward;

import dev.byname.corefile.Corefile;
import dev.byname.corefile.ParseOptions;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import java.nio.file.Path;
import java.util.List;

/** Configurations from their text. */
final class Configs {
  private Configs() {}

  /** The {@code forward} directives of a block with these lines. */
  static List<ForwardConfig> of(Path folder, Problems problems, String lines) {
    var corefile =
        Corefile.parse(". {\n" + lines + "\n}\n", "Corefile", ParseOptions.DEFAULTS, problems);
    var directives = corefile.blocks().getFirst().directives("forward");
    var configs =
        new ForwardFactory().parse(directives, new BlockContext(List.of("."), folder), problems);
    return configs == null ? List.of() : configs;
  }

  static List<ForwardConfig> of(String lines) {
    var problems = new Problems();
    var configs = of(Path.of("."), problems, lines);
    if (!problems.isEmpty()) {
      throw new AssertionError(problems.toString());
    }
    return configs;
  }
}

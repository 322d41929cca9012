package dev.byname.plugin.errors;

import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.GoDuration;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.GoRegex;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.query.Plugin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/** Reads {@code errors}. */
public final class ErrorsFactory implements PluginFactory<ErrorsConfig> {
  @Override
  public String name() {
    return "errors";
  }

  @Override
  public @Nullable ErrorsConfig parse(
      List<Directive> directives, BlockContext block, Problems problems) {
    List<ErrorsConfig.Rule> rules = new ArrayList<>();
    for (Directive directive : directives) {
      var in = new DirectiveReader(directive, problems);
      in.takes(0);
      for (DirectiveReader rule : in.options("consolidate")) {
        rule(rule).ifPresent(rules::add);
      }
      if (in.option("stacktrace").isPresent()) {
        in.ignored("stacktrace", "a failure of ours is always logged with its stack trace");
      }
      in.done();
    }
    return new ErrorsConfig(rules);
  }

  private static Optional<ErrorsConfig.Rule> rule(DirectiveReader in) {
    if (!in.takes(2, 4)) {
      return Optional.empty();
    }
    Optional<Duration> period = in.argument(0).duration(Duration.ofNanos(1), GoDuration.MAX);
    Level level = Level.ERROR;
    boolean showFirst = false;
    for (int i = 2; i < in.argumentCount(); i++) {
      String word =
          in.argument(i).word("warning", "error", "info", "debug", "show_first").orElse("");
      switch (word) {
        case "warning" -> level = Level.WARN;
        case "info" -> level = Level.INFO;
        case "debug" -> level = Level.DEBUG;
        case "show_first" -> showFirst = true;
        default -> {}
      }
    }
    Level chosen = level;
    boolean first = showFirst;
    return GoRegex.read(in.argument(1))
        .flatMap(pattern -> period.map(p -> new ErrorsConfig.Rule(p, pattern, chosen, first)));
  }

  /** An answer from the picture of the cluster is never an error. */
  @Override
  public PrecomputedPath precomputedPath(ErrorsConfig config) {
    return PrecomputedPath.TRANSPARENT;
  }

  @Override
  public List<String> describe(ErrorsConfig config) {
    return config.rules().isEmpty()
        ? List.of("logs failures")
        : List.of("logs failures, " + config.rules().size() + " kinds consolidated");
  }

  @Override
  public @Nullable Plugin create(ErrorsConfig config, BlockContext block, PluginRuntime runtime) {
    return new Errors(config, runtime.scheduler());
  }
}

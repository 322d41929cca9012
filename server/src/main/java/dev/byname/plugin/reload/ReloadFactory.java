package dev.byname.plugin.reload;

import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.GoDuration;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.query.Plugin;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code reload}. */
public final class ReloadFactory implements PluginFactory<ReloadConfig> {
  @Override
  public String name() {
    return "reload";
  }

  @Override
  public ReloadConfig parse(List<Directive> directives, BlockContext block, Problems problems) {
    var in = new DirectiveReader(directives.getFirst(), problems);
    in.takes(0, 2);
    Duration interval = ReloadConfig.DEFAULT.interval();
    if (in.argumentCount() > 0) {
      interval =
          in.argument(0).duration(ReloadConfig.INTERVAL_MIN, GoDuration.MAX).orElse(interval);
    }
    // Duration divides by BigDecimal, whose tables take longer to compute than a Corefile to read.
    Duration half = Duration.ofNanos(interval.toNanos() / 2);
    Duration jitter = ReloadConfig.DEFAULT.jitter();
    if (in.argumentCount() > 1) {
      jitter = in.argument(1).duration(ReloadConfig.JITTER_MIN, GoDuration.MAX).orElse(jitter);
    }
    in.done();
    return new ReloadConfig(interval, jitter.compareTo(half) > 0 ? half : jitter);
  }

  /** It changes the configuration, not the answers of one. */
  @Override
  public PrecomputedPath precomputedPath(ReloadConfig config) {
    return PrecomputedPath.TRANSPARENT;
  }

  @Override
  public List<String> describe(ReloadConfig config) {
    return List.of(
        "looks for changes every "
            + GoDuration.format(config.interval())
            + ", less up to "
            + GoDuration.format(config.jitter()));
  }

  @Override
  public @Nullable Plugin create(ReloadConfig config, BlockContext block, PluginRuntime runtime) {
    return null;
  }
}

package dev.byname.plugin.timeouts;

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
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Reads {@code timeouts}. */
public final class TimeoutsFactory implements PluginFactory<TimeoutsConfig> {
  @Override
  public String name() {
    return "timeouts";
  }

  @Override
  public @Nullable TimeoutsConfig parse(
      List<Directive> directives, BlockContext block, Problems problems) {
    var in = DirectiveReader.once(directives, problems);
    in.takes(0);
    if (directives.getFirst().block().isEmpty()) {
      in.complain("needs read, write, idle or maxtcpqueries in its block");
    }
    var config =
        new TimeoutsConfig(
            duration(in, "read"),
            duration(in, "write"),
            duration(in, "idle"),
            queriesMax(in.option("maxtcpqueries")));
    in.done();
    return config;
  }

  private static @Nullable Duration duration(DirectiveReader in, String option) {
    return in.option(option).durationOrSeconds(TimeoutsConfig.MIN, TimeoutsConfig.MAX).orElse(null);
  }

  private static @Nullable Integer queriesMax(DirectiveReader option) {
    OptionalInt most = option.integer(-1, Integer.MAX_VALUE);
    if (most.isPresent() && most.getAsInt() == 0) {
      option.complain("0 would let no query through; -1 is no end");
      return null;
    }
    return most.isPresent() ? most.getAsInt() : null;
  }

  /** It ends connections, and leaves answers as they are. */
  @Override
  public PrecomputedPath precomputedPath(TimeoutsConfig config) {
    return PrecomputedPath.TRANSPARENT;
  }

  @Override
  public List<String> describe(TimeoutsConfig config) {
    List<String> facts = new ArrayList<>();
    fact(facts, "read", config.read());
    fact(facts, "write", config.write());
    fact(facts, "idle", config.idle());
    if (config.queriesMax() != null) {
      facts.add(
          config.queriesMax() < 0
              ? "any number of queries a connection"
              : "at most " + config.queriesMax() + " queries a connection");
    }
    return facts;
  }

  private static void fact(List<String> facts, String name, @Nullable Duration value) {
    if (value != null) {
      facts.add(name + " " + GoDuration.format(value));
    }
  }

  @Override
  public @Nullable Plugin create(TimeoutsConfig config, BlockContext block, PluginRuntime runtime) {
    return null;
  }
}

package dev.byname.plugin.cache;

import dev.byname.corefile.ArgumentReader;
import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.GoDuration;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.plugin.cache.CacheConfig.Limits;
import dev.byname.query.Plugin;
import dev.byname.wire.DomainName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code cache}. */
public final class CacheFactory implements PluginFactory<CacheConfig> {
  /** CoreDNS's 256 shards of 39. */
  private static final int CAPACITY = 9984;

  /** CoreDNS's 256 shards of at least 4. */
  private static final int CAPACITY_MIN = 1024;

  private static final int CAPACITY_MAX = 16_000_000;
  private static final int SUCCESS_TTL_SECONDS = 3600;
  private static final int DENIAL_TTL_SECONDS = 1800;
  private static final int TTL_MIN_SECONDS = 5;
  private static final int TTL_MAX_SECONDS = Integer.MAX_VALUE; // RFC 2181 section 8

  /** RFC 2308 section 7.1. */
  private static final Duration SERVFAIL_MAX = Duration.ofMinutes(5);

  @Override
  public String name() {
    return "cache";
  }

  @Override
  public CacheConfig parse(List<Directive> directives, BlockContext block, Problems problems) {
    for (Directive again : directives.subList(1, directives.size())) {
      problems.add(
          again.location(),
          "cache can be given only once in a server block; it already is in "
              + directives.getFirst().location());
    }
    var in = new DirectiveReader(directives.getFirst(), problems);
    boolean ttlGiven = in.argumentCount() > 0 && in.argument(0).text().matches("[+-]?[0-9]{1,18}");
    int ttl = ttlGiven ? in.argument(0).integer(1, TTL_MAX_SECONDS).orElse(0) : 0;
    List<String> zones = in.zonesFrom(ttlGiven ? 1 : 0, block.zones());

    var staleOption = in.option("serve_stale");
    var policy = in.option("serve_stale_policy");
    boolean preferPositive = policy.isPresent() && policy.word("prefer_positive").isPresent();
    if (policy.isPresent() && !staleOption.isPresent()) {
      policy.complain("needs serve_stale");
    }

    List<DomainName> successOff = new ArrayList<>();
    List<DomainName> denialOff = new ArrayList<>();
    for (DirectiveReader disable : in.options("disable")) {
      if (disable.takesAtLeast(1)) {
        disable
            .argument(0)
            .word("success", "denial")
            .ifPresent(which ->
                (which.equals("success") ? successOff : denialOff)
                    .addAll(names(disable.zonesFrom(1, List.of(".")))));
      }
    }

    var config =
        new CacheConfig(
            names(zones),
            String.join(",", zones),
            limits(in.option("success"), ttl > 0 ? ttl : SUCCESS_TTL_SECONDS),
            limits(in.option("denial"), ttl > 0 ? ttl : DENIAL_TTL_SECONDS),
            prefetch(in.option("prefetch")),
            stale(staleOption, preferPositive),
            in.option("servfail")
                .duration(Duration.ZERO, SERVFAIL_MAX)
                .orElse(Duration.ofSeconds(TTL_MIN_SECONDS)),
            List.copyOf(successOff),
            List.copyOf(denialOff),
            in.flag("keepttl"));
    in.done();
    return config;
  }

  private static List<DomainName> names(List<String> zones) {
    return zones.stream().map(DomainName::of).toList();
  }

  /** {@code CAPACITY [TTL] [MINTTL]}. */
  private static Limits limits(DirectiveReader option, int ttlSeconds) {
    int capacity = CAPACITY;
    int max = ttlSeconds;
    int min = TTL_MIN_SECONDS;
    if (option.takes(1, 3)) {
      capacity = option.argument(0).integer(0, CAPACITY_MAX).orElse(CAPACITY);
      if (option.argumentCount() > 1) {
        max = option.argument(1).integer(1, TTL_MAX_SECONDS).orElse(max);
      }
      if (option.argumentCount() > 2) {
        min = option.argument(2).integer(0, TTL_MAX_SECONDS).orElse(min);
      }
    }
    return new Limits(Math.max(CAPACITY_MIN, capacity), max, min);
  }

  /** {@code AMOUNT [DURATION [PERCENTAGE%]]}. */
  private static CacheConfig.@Nullable Prefetch prefetch(DirectiveReader option) {
    if (!option.takes(1, 3)) {
      return null;
    }
    int amount = option.argument(0).integer(0, Integer.MAX_VALUE).orElse(0);
    Duration gap = Duration.ofMinutes(1);
    int percentage = 10;
    if (option.argumentCount() > 1) {
      gap = option.argument(1).duration(Duration.ZERO, GoDuration.MAX).orElse(gap);
    }
    if (option.argumentCount() > 2) {
      ArgumentReader argument = option.argument(2);
      if (!argument.text().endsWith("%")) {
        argument.complain("\"%s\" lacks its percent sign".formatted(argument.text()));
      }
      percentage = argument.percentage(10, 90).orElse(percentage);
    }
    return amount == 0 ? null : new CacheConfig.Prefetch(amount, gap, percentage);
  }

  /**
   * {@code [DURATION] [immediate [RESPONSE_TTL [FAILURE_RECHECK]] | verify [VERIFY_TIMEOUT
   * [RESPONSE_TTL [FAILURE_RECHECK]]]]}.
   */
  private static CacheConfig.@Nullable Stale stale(DirectiveReader option, boolean preferPositive) {
    if (!option.isPresent() || !option.takes(0, 5)) {
      return null;
    }
    Duration upTo = Duration.ofHours(1);
    boolean verify = false;
    Duration timeout = Duration.ZERO;
    Duration ttl = Duration.ZERO;
    Duration recheck = Duration.ZERO;
    int count = option.argumentCount();
    if (count > 0) {
      upTo = option.argument(0).duration(Duration.ZERO, Duration.ofDays(365)).orElse(upTo);
    }
    if (count > 1) {
      verify = option.argument(1).word("immediate", "verify").orElse("").equals("verify");
    }
    int next = 2;
    if (verify && count > next) {
      timeout =
          option.argument(next++).duration(Duration.ZERO, Duration.ofMinutes(1)).orElse(timeout);
    }
    if (count > next) {
      ArgumentReader argument = option.argument(next++);
      ttl = argument.duration(Duration.ZERO, Duration.ofSeconds(TTL_MAX_SECONDS)).orElse(ttl);
      if (ttl.toNanosPart() != 0) {
        argument.complain("the TTL of stale answers is a whole number of seconds");
      }
    }
    if (count > next) {
      recheck =
          option.argument(next++).duration(Duration.ZERO, Duration.ofMinutes(5)).orElse(recheck);
    }
    if (count > next) {
      option
          .argument(next)
          .complain("\"%s\" is one too many".formatted(option.argument(next).text()));
    }
    // serve_stale 0s: in CoreDNS the same as without it.
    return upTo.isZero()
        ? null
        : new CacheConfig.Stale(
            upTo, verify, timeout, (int) ttl.toSeconds(), recheck, preferPositive);
  }

  /** It keeps nothing that is made in this process, so cluster names have nothing to do with it. */
  @Override
  public PrecomputedPath precomputedPath(CacheConfig config) {
    return PrecomputedPath.TRANSPARENT;
  }

  @Override
  public List<String> describe(CacheConfig config) {
    return List.of(
        "keeps answers of upstreams for %s: %d for up to %ds, %d denials for up to %ds"
            .formatted(
                config.zonesLabel(),
                config.success().capacity(),
                config.success().maxTtlSeconds(),
                config.denial().capacity(),
                config.denial().maxTtlSeconds()));
  }

  @Override
  public Plugin create(CacheConfig config, BlockContext block, PluginRuntime runtime) {
    return new CachePlugin(
        config,
        block,
        runtime.service(CacheObserver.class),
        runtime.nanoTime(),
        runtime.epochMillis(),
        runtime.scheduler());
  }
}

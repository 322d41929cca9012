package dev.byname.plugin.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.corefile.Corefile;
import dev.byname.corefile.CorefileCases;
import dev.byname.corefile.ParseOptions;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.cache.CacheConfig.Limits;
import dev.byname.wire.DomainName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class CacheFactoryTest {
  private static CacheConfig read(String lines) {
    var problems = new Problems();
    var corefile =
        Corefile.parse(
            "example.org {\n" + lines + "\n}\n", "Corefile", ParseOptions.DEFAULTS, problems);
    var block = corefile.blocks().getFirst();
    var config =
        new CacheFactory()
            .parse(
                block.directives("cache"), new BlockContext(block.zones(), Path.of(".")), problems);
    assertThat(problems.toString()).isEmpty();
    return config;
  }

  @TestFactory
  Stream<DynamicTest> complaints() {
    return CorefileCases.in(
        "corefile-errors/cache",
        ParseOptions.DEFAULTS,
        (corefile, problems) ->
            corefile
                .blocks()
                .forEach(block ->
                    new CacheFactory()
                        .parse(
                            block.directives("cache"),
                            new BlockContext(block.zones(), Path.of(".")),
                            problems)));
  }

  @Test
  void defaults() {
    assertThat(read("cache"))
        .isEqualTo(
            new CacheConfig(
                List.of(DomainName.of("example.org.")),
                "example.org.",
                new Limits(9984, 3600, 5),
                new Limits(9984, 1800, 5),
                null,
                null,
                Duration.ofSeconds(5),
                List.of(),
                List.of(),
                false));
  }

  @Test
  void ttlAlone() {
    var config = read("cache 30");
    assertThat(config.success().maxTtlSeconds()).isEqualTo(30);
    assertThat(config.denial().maxTtlSeconds()).isEqualTo(30);
    assertThat(config.zonesLabel()).isEqualTo("example.org.");
  }

  @Test
  void nothingDefault() {
    assertThat(
            read(
                """
                cache 300 a.example B.example {
                  success 20000 600 10
                  denial 100 60 0
                  prefetch 10 2m 25%
                  serve_stale 2h verify 200ms 30s 1m
                  serve_stale_policy prefer_positive
                  servfail 1s
                  disable denial c.example
                  disable success
                  keepttl
                }\
                """))
        .isEqualTo(
            new CacheConfig(
                List.of(DomainName.of("a.example."), DomainName.of("b.example.")),
                "a.example.,b.example.",
                new Limits(20000, 600, 10),
                new Limits(1024, 60, 0),
                new CacheConfig.Prefetch(10, Duration.ofMinutes(2), 25),
                new CacheConfig.Stale(
                    Duration.ofHours(2),
                    true,
                    Duration.ofMillis(200),
                    30,
                    Duration.ofMinutes(1),
                    true),
                Duration.ofSeconds(1),
                List.of(DomainName.ROOT),
                List.of(DomainName.of("c.example.")),
                true));
  }

  @Test
  void immediateHasNoTimeout() {
    assertThat(read("cache {\n serve_stale 1h immediate 30s 1m\n}").stale())
        .isEqualTo(
            new CacheConfig.Stale(
                Duration.ofHours(1), false, Duration.ZERO, 30, Duration.ofMinutes(1), false));
  }
}

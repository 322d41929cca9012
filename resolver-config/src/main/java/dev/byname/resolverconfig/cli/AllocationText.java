package dev.byname.resolverconfig.cli;

import dev.byname.resolverconfig.allocation.ValueRange;
import dev.byname.resolverconfig.registry.AuditReport;
import dev.byname.resolverconfig.registry.Forecast;
import dev.byname.resolverconfig.registry.Leak;
import dev.byname.resolverconfig.registry.Ownership;
import dev.byname.resolverconfig.registry.RangeUse;
import dev.byname.resolverconfig.registry.RepairReport;
import java.util.ArrayList;
import java.util.List;

/** What {@code byname allocation} prints for people. */
final class AllocationText {
  private AllocationText() {}

  static String ranges(List<RangeUse> ranges) {
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("RANGE", "OF", "BAND", "VALUES", "SIZE", "USED", "FREE"));
    for (var use : ranges) {
      var range = use.range();
      var usage = use.usage();
      if (usage.staticSize() > 0) {
        rows.add(
            row(
                range,
                "static",
                range.span(0, usage.staticSize() - 1),
                usage.staticSize(),
                usage.staticUsed()));
      }
      rows.add(
          row(
              range,
              "dynamic",
              range.span(usage.staticSize(), range.usable() - 1),
              usage.dynamicSize(),
              usage.dynamicUsed()));
    }
    return TextTable.align(rows);
  }

  static String audit(AuditReport report) {
    var text = new StringBuilder(ranges(report.ranges()));
    for (var use : report.ranges()) {
      use.forecast().ifPresent(forecast -> text.append(forecast(use, forecast)).append('\n'));
    }
    text.append('\n');
    report
        .findings()
        .forEach(finding -> text.append(finding.kind()).append(": ").append(finding).append('\n'));
    text.append(
        report.findings().isEmpty()
            ? "Nothing is wrong (Services: " + report.services() + ").\n"
            : "Problems: " + report.findings().size() + ".\n");
    return text.toString();
  }

  static String repair(RepairReport report, boolean dryRun) {
    var text = new StringBuilder();
    var suffix = dryRun ? " (dry run)\n" : "\n";
    report
        .writtenDown()
        .forEach(each ->
            text.append(each.value())
                .append(" marked as taken: ")
                .append(each.holdings().getFirst())
                .append(suffix));
    report
        .freed()
        .forEach(leak ->
            text.append(leak.value()).append(" freed: ").append(since(leak)).append(suffix));
    report
        .waiting()
        .forEach(leak ->
            text.append(leak.value()).append(" waits: ").append(since(leak)).append(suffix));
    report
        .left()
        .forEach(finding -> text.append(finding.kind()).append(": ").append(finding).append('\n'));
    return text.isEmpty() ? "Nothing to repair.\n" : text.toString();
  }

  static String ownership(Ownership owner) {
    if (owner.holdings().isEmpty()) {
      return owner.value() + " " + owner.state() + "\n";
    }
    var text = new StringBuilder();
    for (var holding : owner.holdings()) {
      text.append(owner.value()).append(" is held by ").append(holding).append('\n');
    }
    return text.toString();
  }

  private static List<String> row(
      ValueRange<?> range, String band, String values, long size, long used) {
    return List.of(
        range.spec(),
        range.plural(),
        band,
        values,
        Long.toUnsignedString(size),
        Long.toUnsignedString(used),
        Long.toUnsignedString(size - used));
  }

  private static String forecast(RangeUse use, Forecast forecast) {
    return "%s is full about %s if it goes on as in the last %d days, in which %d of the %s held today were given out"
        .formatted(
            use.range().spec(),
            forecast.fullAt().toString().substring(0, 10),
            forecast.window().toDays(),
            forecast.values(),
            use.range().plural());
  }

  private static String since(Leak leak) {
    return "no Service has held it since %s (round %d of %d)"
        .formatted(leak.since(), leak.rounds(), Leak.ROUNDS_MAX);
  }
}

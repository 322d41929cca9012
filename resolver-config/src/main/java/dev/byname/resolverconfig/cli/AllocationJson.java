package dev.byname.resolverconfig.cli;

import dev.byname.resolverconfig.allocation.AddressRange;
import dev.byname.resolverconfig.allocation.PortRange;
import dev.byname.resolverconfig.allocation.ValueRange;
import dev.byname.resolverconfig.registry.AuditReport;
import dev.byname.resolverconfig.registry.Finding;
import dev.byname.resolverconfig.registry.Finding.Holding;
import dev.byname.resolverconfig.registry.Leak;
import dev.byname.resolverconfig.registry.Ownership;
import dev.byname.resolverconfig.registry.RangeUse;
import dev.byname.resolverconfig.registry.RepairReport;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What {@code byname allocation} prints for programs. */
final class AllocationJson {
  private AllocationJson() {}

  static JsonNode ranges(List<RangeUse> ranges) {
    var root = JsonNodeFactory.instance.objectNode();
    addRanges(root, ranges);
    return root;
  }

  static JsonNode audit(AuditReport report) {
    var root = JsonNodeFactory.instance.objectNode();
    root.put("services", report.services());
    addRanges(root, report.ranges());
    addFindings(root.putArray("findings"), report.findings());
    return root;
  }

  static JsonNode repair(RepairReport report, boolean dryRun) {
    var root = JsonNodeFactory.instance.objectNode();
    root.put("dryRun", dryRun);
    addFindings(root.putArray("markedAsTaken"), report.writtenDown());
    addLeaks(root.putArray("freed"), report.freed());
    addLeaks(root.putArray("waiting"), report.waiting());
    addFindings(root.putArray("findings"), report.left());
    return root;
  }

  static JsonNode ownership(Ownership owner) {
    var root = JsonNodeFactory.instance.objectNode();
    root.put("value", owner.value()).put("held", !owner.holdings().isEmpty());
    addHoldings(root.putArray("holders"), owner.holdings());
    root.put("state", owner.state());
    return root;
  }

  private static void addRanges(ObjectNode root, List<RangeUse> ranges) {
    var all = root.putArray("ranges");
    for (var use : ranges) {
      var range = use.range();
      var usage = use.usage();
      var node = all.addObject();
      switch (range) {
        case AddressRange addresses ->
            node.put("of", "addresses").put("family", addresses.family().toString());
        case PortRange ports -> node.put("of", "nodePorts");
      }
      node.put("range", range.spec());
      var bands = node.putArray("bands");
      if (usage.staticSize() > 0) {
        addBand(bands, "static", range, 0, usage.staticSize(), usage.staticUsed());
      }
      addBand(
          bands, "dynamic", range, usage.staticSize(), usage.dynamicSize(), usage.dynamicUsed());
      use.forecast()
          .ifPresent(forecast ->
              node.putObject("forecast")
                  .put("fullAt", forecast.fullAt().toString())
                  .put("valuesInWindow", forecast.values())
                  .put("windowSeconds", forecast.window().toSeconds()));
    }
  }

  private static void addBand(
      ArrayNode bands, String name, ValueRange<?> range, long offset, long size, long used) {
    bands
        .addObject()
        .put("band", name)
        .put("first", range.valueAt(offset).toString())
        .put("last", range.valueAt(offset + size - 1).toString())
        .put("size", unsigned(size))
        .put("used", unsigned(used))
        .put("free", unsigned(size - used));
  }

  private static void addFindings(ArrayNode all, List<Finding> findings) {
    for (var finding : findings) {
      var node = all.addObject();
      node.put("kind", finding.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'))
          .put("value", finding.value())
          .put("detail", finding.detail());
      addHoldings(node.putArray("holders"), finding.holdings());
      finding.leak().ifPresent(leak -> addLeak(node, leak));
    }
  }

  private static void addHoldings(ArrayNode all, List<Holding> holdings) {
    for (var holding : holdings) {
      all.addObject()
          .put("namespace", holding.holder().namespace())
          .put("name", holding.holder().name())
          .put("as", holding.holder().as())
          .put("where", holding.where());
    }
  }

  private static void addLeaks(ArrayNode all, List<Leak> leaks) {
    leaks.forEach(leak -> addLeak(all.addObject().put("value", leak.value()), leak));
  }

  private static void addLeak(ObjectNode node, Leak leak) {
    node.put("since", leak.since().toString()).put("rounds", leak.rounds());
  }

  /** An IPv6 /64 has more values than a long counts. */
  private static BigInteger unsigned(long value) {
    return new BigInteger(Long.toUnsignedString(value));
  }
}

package dev.byname.resolverconfig.registry;

import java.util.List;

/**
 * What was found by looking at everything that is allocated.
 *
 * @param services how many hold something or could
 * @param ranges addresses first, then node ports
 * @param findings worst first, then by value; empty when all is well
 */
public record AuditReport(int services, List<RangeUse> ranges, List<Finding> findings) {
  public AuditReport {
    ranges = List.copyOf(ranges);
    findings = List.copyOf(findings);
  }
}

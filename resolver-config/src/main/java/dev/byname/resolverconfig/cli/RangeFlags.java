package dev.byname.resolverconfig.cli;

import dev.byname.resolverconfig.allocation.AddressRange;
import dev.byname.resolverconfig.allocation.Allocator.WhenDynamicIsFull;
import dev.byname.resolverconfig.allocation.PortRange;
import dev.byname.resolverconfig.registry.RangeOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Out of which ranges is given, in the words of the API server's flags. */
final class RangeFlags {
  @Option(
      names = "--service-cluster-ip-range",
      split = ",",
      paramLabel = "CIDR",
      description = "of ClusterIPs, one of each family (default: as stored, else 10.0.0.0/24)")
  List<String> addressRanges = new ArrayList<>();

  @Option(
      names = "--service-node-port-range",
      paramLabel = "FIRST-LAST",
      description = "of node ports (default: as stored, else 30000-32767)")
  @Nullable String nodePortRange;

  @Option(
      names = "--keep-static-band",
      description = "never give out of the static band what was not asked for by hand")
  boolean keepStaticBand;

  /**
   * What they say; warnings go to {@code err}.
   *
   * @throws IllegalArgumentException when one is wrong
   */
  RangeOptions read(PrintWriter err) {
    var addresses = new ArrayList<AddressRange>();
    for (var text : addressRanges) {
      var parsed = AddressRange.parse(text);
      parsed.warnings().forEach(warning -> err.println("warning: " + warning));
      addresses.add(parsed.range());
    }
    var ports = Optional.ofNullable(nodePortRange).map(PortRange::parse);
    ports.ifPresent(range ->
        range.warnings(ephemeralPorts()).forEach(warning -> err.println("warning: " + warning)));
    err.flush();
    return new RangeOptions(
        addresses, ports, keepStaticBand ? WhenDynamicIsFull.REFUSE : WhenDynamicIsFull.USE_STATIC);
  }

  /** The kernel's, or its default where it does not say. */
  private static PortRange ephemeralPorts() {
    try {
      var text = Files.readString(Path.of("/proc/sys/net/ipv4/ip_local_port_range"));
      var ports = text.strip().split("\\s+", -1);
      return new PortRange(Integer.parseInt(ports[0]), Integer.parseInt(ports[1]));
    } catch (IOException | RuntimeException unknown) {
      return new PortRange(32768, 60999);
    }
  }
}

package dev.byname.resolverconfig.allocation;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The ports that node ports and health check ports are given from.
 *
 * @param first 1…65535
 * @param last first…65535, given out as well
 */
public record PortRange(int first, int last) implements ValueRange<Integer> {

  /** The API server's default. */
  public static final PortRange DEFAULT = new PortRange(30000, 32767);

  private static final int API_SERVER_PORT = 6443;
  private static final Pattern TEXT = Pattern.compile("([0-9]{1,5})([-+])([0-9]{1,5})");

  public PortRange {
    if (first < 1 || last > 65535 || first > last) {
      throw new IllegalArgumentException(
          "node ports " + first + "-" + last + " are no range within 1-65535");
    }
  }

  /**
   * Reads what {@code --service-node-port-range} takes: {@code 30000-32767} or {@code 30000+2767}.
   *
   * @throws IllegalArgumentException says what is wrong with the text
   */
  public static PortRange parse(String text) {
    var matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no port range; write it like 30000-32767");
    }
    var first = Integer.parseInt(matcher.group(1));
    var second = Integer.parseInt(matcher.group(3));
    return new PortRange(first, matcher.group(2).equals("+") ? first + second : second);
  }

  /**
   * What the operator should know about this choice.
   *
   * @param ephemeral the ports the kernel takes for outgoing connections ({@code
   *     net.ipv4.ip_local_port_range}); a node port among them may be in use when it is opened
   */
  public List<String> warnings(PortRange ephemeral) {
    var warnings = new ArrayList<String>();
    if (first <= ephemeral.last && ephemeral.first <= last) {
      warnings.add(
          "node ports "
              + spec()
              + " overlap the kernel's ephemeral ports "
              + ephemeral.spec()
              + ": a connection of the node may hold a port that a service is given");
    }
    if (first <= API_SERVER_PORT && API_SERVER_PORT <= last) {
      warnings.add(
          "node ports "
              + spec()
              + " include 6443, where API servers listen: a service may shut one out");
    }
    return warnings;
  }

  @Override
  public long usable() {
    return last - first + 1L;
  }

  /** min(max(16, S/32), 128) of S ports, none when S ≤ 16 (KEP-3668). */
  @Override
  public long staticBand() {
    return usable() <= 16 ? 0 : Math.clamp(usable() / 32, 16, 128);
  }

  @Override
  public Position position(Integer port) {
    return port < first || port > last
        ? new Position.NotUsable("is not in " + spec())
        : new Position.Usable(port - first);
  }

  @Override
  public Integer valueAt(long offset) {
    if (Long.compareUnsigned(offset, usable()) >= 0) {
      throw new IndexOutOfBoundsException(Long.toUnsignedString(offset) + " of " + usable());
    }
    return first + (int) offset;
  }

  @Override
  public String spec() {
    return first + "-" + last;
  }

  @Override
  public String plural() {
    return "node ports";
  }

  @Override
  public String toString() {
    return spec();
  }
}

package dev.byname.corefile;

import java.util.Optional;

/**
 * Where to listen or connect.
 *
 * @param host an IP address without brackets (an IPv6 one may carry a zone, {@code fe80::1%eth0}),
 *     a name, or empty for all addresses of the machine
 * @param port 0 to 65535
 */
public record HostPort(String host, int port) {
  public HostPort {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port " + port + " is not 0 to 65535");
    }
  }

  /**
   * Reads {@code 10.0.0.1}, {@code 10.0.0.1:53}, {@code [::1]:53}, {@code [::1]}, {@code ::1},
   * {@code name:53}, {@code :53}. Whether the host makes sense is left to the caller.
   *
   * @param defaultPort for text without a port
   */
  public static Optional<HostPort> parse(String text, int defaultPort) {
    if (text.startsWith("[")) {
      var close = text.indexOf(']');
      if (close < 0) {
        return Optional.empty();
      }
      var host = text.substring(1, close);
      var rest = text.substring(close + 1);
      if (host.indexOf(':') < 0) {
        return Optional.empty(); // brackets are for IPv6 (RFC 3986 section 3.2.2)
      }
      if (rest.isEmpty()) {
        return Optional.of(new HostPort(host, defaultPort));
      }
      return rest.charAt(0) == ':' ? withPort(host, rest.substring(1)) : Optional.empty();
    }
    var colon = text.indexOf(':');
    if (colon < 0) {
      return text.isEmpty() ? Optional.empty() : Optional.of(new HostPort(text, defaultPort));
    }
    if (colon != text.lastIndexOf(':')) {
      return Optional.of(new HostPort(text, defaultPort)); // IPv6 without brackets
    }
    return withPort(text.substring(0, colon), text.substring(colon + 1));
  }

  private static Optional<HostPort> withPort(String host, String digits) {
    if (digits.isEmpty() || digits.length() > 5) {
      return Optional.empty();
    }
    for (int i = 0; i < digits.length(); i++) {
      if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
        return Optional.empty();
      }
    }
    var port = Integer.parseInt(digits);
    return port > 65535 ? Optional.empty() : Optional.of(new HostPort(host, port));
  }

  /** {@code 10.0.0.1:53}, {@code [::1]:53}, {@code :53}. */
  @Override
  public String toString() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}

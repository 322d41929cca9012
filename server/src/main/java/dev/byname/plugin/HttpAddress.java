package dev.byname.plugin;

import dev.byname.corefile.DirectiveReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * The one argument of {@code health}, {@code ready} and {@code prometheus}: {@code [HOST]:PORT}.
 */
public final class HttpAddress {
  private HttpAddress() {}

  /**
   * Reads it from a directive.
   *
   * @param defaultHost empty for all addresses
   */
  public static InetSocketAddress read(DirectiveReader in, String defaultHost, int defaultPort) {
    InetSocketAddress otherwise = address(defaultHost, defaultPort);
    if (!in.takes(0, 1) || in.argumentCount() == 0) {
      return otherwise;
    }
    String text = in.argument(0).text();
    if (text.startsWith(":")
        && text.substring(1).chars().allMatch(Character::isDigit)
        && text.length() > 1) {
      int port = text.length() > 6 ? -1 : Integer.parseInt(text.substring(1));
      if (port >= 0 && port <= 0xffff) {
        return address("", port);
      }
    }
    return in.argument(0)
        .hostPort(defaultPort)
        .map(hostPort -> address(hostPort.host(), hostPort.port()))
        .orElse(otherwise);
  }

  private static InetSocketAddress address(String host, int port) {
    if (host.isEmpty()) {
      return new InetSocketAddress(port);
    }
    return host.equals("localhost")
        ? new InetSocketAddress(InetAddress.getLoopbackAddress(), port)
        : new InetSocketAddress(host, port);
  }

  /** {@code 127.0.0.1:8080}; {@code :8080} for all addresses. */
  public static String print(InetSocketAddress address) {
    String host =
        address.getAddress() == null
            ? address.getHostString()
            : address.getAddress().getHostAddress();
    boolean any = address.getAddress() != null && address.getAddress().isAnyLocalAddress();
    return (any ? "" : host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}

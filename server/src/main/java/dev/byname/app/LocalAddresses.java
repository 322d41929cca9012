package dev.byname.app;

import dev.byname.cluster.IpAddress;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The machine's addresses: for {@code bind INTERFACE}, and to find our own Service in the cluster.
 */
final class LocalAddresses {
  private LocalAddresses() {}

  /** Every address others can reach; loopback and link-local ones are not among them. */
  static List<IpAddress> reachable() {
    List<IpAddress> addresses = new ArrayList<>();
    try {
      for (NetworkInterface networkInterface :
          Collections.list(NetworkInterface.getNetworkInterfaces())) {
        for (InetAddress address : Collections.list(networkInterface.getInetAddresses())) {
          if (!address.isLoopbackAddress() && !address.isLinkLocalAddress()) {
            addresses.add(IpAddress.of(address.getAddress()));
          }
        }
      }
    } catch (SocketException e) {
      throw new IllegalStateException("the machine does not tell its addresses", e);
    }
    Collections.sort(addresses);
    return addresses;
  }

  /**
   * The addresses that a word of {@code bind} stands for: itself, or those of the interface of that
   * name, link-local ones with their zone. Null when it is neither.
   */
  static @Nullable List<String> of(String word) {
    int zone = word.indexOf('%');
    if (IpAddress.parse(zone < 0 ? word : word.substring(0, zone)) != null) {
      return List.of(word);
    }
    try {
      NetworkInterface networkInterface = NetworkInterface.getByName(word);
      return networkInterface == null
          ? null
          : Collections.list(networkInterface.getInetAddresses()).stream()
              .map(address -> text(address, word))
              .toList();
    } catch (SocketException unknown) {
      return null;
    }
  }

  private static String text(InetAddress address, String networkInterface) {
    String text = IpAddress.of(address.getAddress()).toString();
    // Only with its interface does a link-local IPv6 address say which link is meant (RFC 4007).
    return address instanceof Inet6Address && address.isLinkLocalAddress()
        ? text + "%" + networkInterface
        : text;
  }
}

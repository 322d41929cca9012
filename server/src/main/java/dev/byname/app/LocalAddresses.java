package dev.byname.app;

import dev.byname.cluster.IpAddress;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

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
   * name.
   *
   * @throws ConfigurationException when it is neither
   */
  static List<String> of(String word) {
    if (IpAddress.parse(word) != null) {
      return List.of(word);
    }
    try {
      NetworkInterface networkInterface = NetworkInterface.getByName(word);
      if (networkInterface == null) {
        throw new ConfigurationException(
            "bind " + word + ": neither an address nor a network interface of this machine");
      }
      return Collections.list(networkInterface.getInetAddresses()).stream()
          .map(address -> address.getHostAddress().replaceFirst("%.*", ""))
          .toList();
    } catch (SocketException e) {
      throw new ConfigurationException("bind " + word + ": " + e.getMessage(), e);
    }
  }
}

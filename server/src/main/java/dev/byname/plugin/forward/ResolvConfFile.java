package dev.byname.plugin.forward;

import dev.byname.corefile.IpLiteral;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The nameservers of a resolv.conf (resolv.conf(5)); everything else in it is for clients. */
final class ResolvConfFile {
  private static final int PORT = 53;

  private ResolvConfFile() {}

  /** In the file's order; lines that name no address are passed over, as libc does. */
  static List<InetSocketAddress> nameservers(String text) {
    return text.lines()
        .map(line -> line.strip().split("\\s+"))
        .filter(words -> words.length >= 2 && words[0].equals("nameserver"))
        .flatMap(words -> address(words[1]).stream())
        .flatMap(address -> Stream.of(new InetSocketAddress(address, PORT)))
        .distinct()
        .toList();
  }

  /** An IP address; an IPv6 one may carry a zone ({@code fe80::1%eth0}). Never asks a resolver. */
  static Optional<InetAddress> address(String text) {
    int percent = text.indexOf('%');
    if (percent < 0) {
      return IpLiteral.parse(text);
    }
    if (!IpLiteral.isOne(text.substring(0, percent))) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.getByName(text));
    } catch (UnknownHostException noSuchInterface) {
      return Optional.empty();
    }
  }
}

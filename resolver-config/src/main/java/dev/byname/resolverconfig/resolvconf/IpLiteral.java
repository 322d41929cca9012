package dev.byname.resolverconfig.resolvconf;

import java.net.Inet6Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Addresses as text, without ever asking DNS. */
public final class IpLiteral {
  // No leading zeros: glibc and musl read 010 as octal, Kubernetes' old parser as decimal.
  private static final Pattern IPV4 =
      Pattern.compile(
          "(0|[1-9]\\d{0,2})\\.(0|[1-9]\\d{0,2})\\.(0|[1-9]\\d{0,2})\\.(0|[1-9]\\d{0,2})");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:.]*");

  private IpLiteral() {}

  public static boolean isValid(String text) {
    return canonical(text).isPresent();
  }

  public static boolean isIpv6(String text) {
    return canonical(text).filter(address -> address.indexOf(':') >= 0).isPresent();
  }

  /**
   * The one spelling of RFC 5952; an IPv4-mapped IPv6 address becomes its IPv4 address, as Go
   * prints it.
   *
   * @return empty when {@code text} is no address; one with a zone is none either
   */
  public static Optional<String> canonical(String text) {
    var ipv4 = IPV4.matcher(text);
    if (ipv4.matches()) {
      for (int part = 1; part <= 4; part++) {
        if (Integer.parseInt(ipv4.group(part)) > 255) {
          return Optional.empty();
        }
      }
      return Optional.of(text);
    }
    if (!IPV6.matcher(text).matches()) {
      return Optional.empty();
    }
    int tail = text.lastIndexOf(':') + 1;
    if (text.indexOf('.') >= 0 && !IPV4.matcher(text.substring(tail)).matches()) {
      return Optional.empty();
    }
    try {
      // Returns an Inet4Address for an IPv4-mapped address.
      byte[] bytes = Inet6Address.ofLiteral(text).getAddress();
      return Optional.of(bytes.length == 4 ? dotted(bytes) : colons(bytes));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String dotted(byte[] bytes) {
    return (bytes[0] & 255)
        + "."
        + (bytes[1] & 255)
        + "."
        + (bytes[2] & 255)
        + "."
        + (bytes[3] & 255);
  }

  /** RFC 5952 section 4: no leading zeros, lower case, the first longest run of zeros as "::". */
  private static String colons(byte[] bytes) {
    List<String> groups = new ArrayList<>();
    for (int at = 0; at < 16; at += 2) {
      groups.add(Integer.toHexString(((bytes[at] & 255) << 8) + (bytes[at + 1] & 255)));
    }
    int runStart = 0;
    int runLength = 0;
    for (int start = 0; start < 8; start++) {
      int end = start;
      while (end < 8 && groups.get(end).equals("0")) {
        end++;
      }
      if (end - start > runLength) {
        runStart = start;
        runLength = end - start;
      }
    }
    if (runLength < 2) { // section 4.2.2: not for a single group
      return String.join(":", groups);
    }
    return String.join(":", groups.subList(0, runStart))
        + "::"
        + String.join(":", groups.subList(runStart + runLength, 8));
  }
}

package dev.byname.corefile;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** A server block's key: {@code [scheme://]zone[:port]}, where the zone may be a CIDR block. */
final class KeyReader {
  private static final Pattern PORT = Pattern.compile("[+-]?[0-9]+");

  private KeyReader() {}

  /** Several keys for a CIDR block off the label boundary; none when the key is wrong. */
  static List<ServerKey> read(Argument key, int defaultDnsPort, Problems problems) {
    var at = key.location();
    var scheme = Scheme.DNS;
    var rest = key.text();
    var schemeEnd = rest.indexOf("://");
    if (schemeEnd >= 0) {
      var name = rest.substring(0, schemeEnd);
      var known = Scheme.ofText(name);
      if (known.isEmpty()) {
        var names = Arrays.stream(Scheme.values()).map(Scheme::text).toList();
        problems.add(
            at,
            "\"%s\" has the unknown scheme %s://%s"
                .formatted(shown(key.text()), shown(name), NearestWord.hint(name, names)));
        return List.of();
      }
      scheme = known.get();
      rest = rest.substring(schemeEnd + 3);
    }

    var port = scheme == Scheme.DNS ? defaultDnsPort : scheme.defaultPort();
    var host = rest;
    var colon = rest.lastIndexOf(':');
    if (colon >= 0 && PORT.matcher(rest).region(colon + 1, rest.length()).matches()) {
      host = rest.substring(0, colon);
      port = portNumber(rest.substring(colon + 1));
      if (port < 0) {
        problems.add(at, "the port in \"%s\" is not 0 to 65535".formatted(shown(key.text())));
        return List.of();
      }
    } else if (colon >= 0 && rest.indexOf('/') < colon) {
      problems.add(
          at, "a port is expected after the last colon of \"%s\"".formatted(shown(key.text())));
      return List.of();
    }
    if (host.isEmpty()) {
      problems.add(
          at,
          "\"%s\" has no zone; write \".\" in its place for everything"
              .formatted(shown(key.text())));
      return List.of();
    }

    var zones = zones(host, key, problems);
    var finalScheme = scheme;
    var finalPort = port;
    return zones.stream().map(zone -> new ServerKey(finalScheme, zone, finalPort, at)).toList();
  }

  private static int portNumber(String digits) {
    try {
      var port = Integer.parseInt(digits);
      return port <= 65535 ? port : -1;
    } catch (NumberFormatException tooLong) {
      return -1;
    }
  }

  private static List<String> zones(String host, Argument key, Problems problems) {
    var at = key.location();
    var slash = host.indexOf('/');
    var address = slash < 0 ? host : host.substring(0, slash);
    if (IpLiteral.isOne(address)) {
      if (slash >= 0) {
        var cidr = Cidr.parse(host);
        if (cidr.isEmpty()) {
          problems.add(at, "the prefix length of \"%s\" cannot be right".formatted(shown(host)));
          return List.of();
        }
        return cidr.get().reverseZones();
      }
      if (address.indexOf(':') < 0) {
        problems.warn(
            at,
            "\"%s\" is read as a domain name; for its reverse zone write %s/32, to listen on it use bind"
                .formatted(address, address));
      }
    }
    if (host.indexOf(':') >= 0) {
      problems.add(
          at,
          "\"%s\" is neither a domain name nor a CIDR block (an IPv6 one needs a prefix length; to listen on an address use bind)"
              .formatted(shown(key.text())));
      return List.of();
    }
    var complaint = ZoneNames.complaint(host);
    if (complaint != null) {
      problems.add(at, "\"%s\" is no zone: %s".formatted(shown(host), complaint));
      return List.of();
    }
    return List.of(ZoneNames.normalised(host));
  }

  private static String shown(String text) {
    return Lexer.shortened(text);
  }
}

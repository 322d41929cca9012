package dev.byname.corefile;

import java.net.IDN;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Domain names as they are written in a configuration (RFC 1035 section 5.1). */
final class ZoneNames {
  private static final int LABEL_OCTETS_MAX = 63;

  /** Length octets and the root label included (RFC 1035 section 2.3.4). */
  private static final int NAME_OCTETS_MAX = 255;

  private ZoneNames() {}

  /** Lower case with the trailing dot, of a name without complaint. */
  static String normalised(String name) {
    var lower = name.toLowerCase(Locale.ROOT);
    return isFullyQualified(lower) ? lower : lower + ".";
  }

  private static boolean isFullyQualified(String name) {
    if (!name.endsWith(".")) {
      return false;
    }
    var backslashes = 0;
    for (int i = name.length() - 2; i >= 0 && name.charAt(i) == '\\'; i--) {
      backslashes++;
    }
    return backslashes % 2 == 0;
  }

  /** What is wrong with a name; null when it can be a zone. */
  static @Nullable String complaint(String name) {
    if (name.isEmpty()) {
      return "it is empty; the root is written \".\"";
    }
    if (name.equals(".")) {
      return null;
    }
    int nameOctets = 1;
    int labelOctets = 0;
    for (int i = 0; i < name.length(); i++) {
      var c = name.charAt(i);
      if (c > 0x7F) {
        return "it has characters outside ASCII" + asAscii(name);
      }
      if (c == '.') {
        if (labelOctets == 0) {
          return "it has an empty label";
        }
        nameOctets += labelOctets + 1;
        labelOctets = 0;
        continue;
      }
      if (c == '\\') {
        var width = escapeWidth(name, i + 1);
        if (width == 0) {
          return "its \\ escapes nothing";
        }
        i += width;
      } else if (c <= ' ' || c == 0x7F || ",\"(){};".indexOf(c) >= 0) {
        return switch (c) {
          case ',' -> "it has a comma; put a blank behind it to separate zones";
          case '{' -> "it has a brace; put a blank before it";
          default -> "the character '%c' cannot stand in it".formatted(c);
        };
      }
      if (++labelOctets > LABEL_OCTETS_MAX) {
        return "a label has more than %d octets".formatted(LABEL_OCTETS_MAX);
      }
    }
    nameOctets += labelOctets == 0 ? 0 : labelOctets + 1;
    return nameOctets > NAME_OCTETS_MAX
        ? "it has more than %d octets".formatted(NAME_OCTETS_MAX)
        : null;
  }

  /** How many characters after a backslash belong to it: three digits, or one of anything else. */
  private static int escapeWidth(String name, int from) {
    if (from >= name.length()) {
      return 0;
    }
    if (!isDigit(name, from)) {
      return name.charAt(from) > ' ' && name.charAt(from) < 0x7F ? 1 : 0;
    }
    if (!isDigit(name, from + 1) || !isDigit(name, from + 2)) {
      return 0;
    }
    return Integer.parseInt(name.substring(from, from + 3)) <= 255 ? 3 : 0;
  }

  private static boolean isDigit(String name, int at) {
    return at < name.length() && name.charAt(at) >= '0' && name.charAt(at) <= '9';
  }

  private static String asAscii(String name) {
    try {
      var ascii = IDN.toASCII(name);
      var usable = ascii.chars().allMatch(c -> c > ' ' && c < 0x7F) && complaint(ascii) == null;
      return usable ? "; write it as " + ascii : "";
    } catch (RuntimeException noInternationalName) {
      // IDN throws more than it documents (unpaired surrogates); there is no better spelling to
      // offer.
      return "";
    }
  }
}

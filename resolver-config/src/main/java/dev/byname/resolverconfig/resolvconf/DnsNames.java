package dev.byname.resolverconfig.resolvconf;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;
import java.util.regex.Pattern;

/** Names in a resolv.conf as text. */
final class DnsNames {
  /** RFC 1123 plus a leading underscore a label, as the API server checks search entries. */
  private static final Pattern SEARCH =
      Pattern.compile("_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*");

  private DnsNames() {}

  static String withoutTrailingDot(String name) {
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }

  /** Why {@code name}, given without its trailing dot, cannot be a search entry; else empty. */
  static Optional<String> complaint(String name) {
    if (bytes(name) > Limits.CURRENT.searchMax()) {
      return Optional.of("is longer than %d characters".formatted(Limits.CURRENT.searchMax()));
    }
    return SEARCH.matcher(name).matches()
        ? Optional.empty()
        : Optional.of(
            "'%s' is no DNS name: lower case letters, digits, '-', '_' and dots, starting and"
                    .formatted(name)
                + " ending each label with a letter or digit");
  }

  /** Go, and so Kubernetes, counts bytes. */
  static int bytes(String text) {
    return text.getBytes(UTF_8).length;
  }

  static int dots(String name) {
    return (int) name.chars().filter(c -> c == '.').count();
  }
}

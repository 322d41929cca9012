package dev.byname.cluster;

/** The rules for names that the Kubernetes API server holds objects to. */
public final class NameRules {
  public static final int LABEL_MAX = 63;
  public static final int SUBDOMAIN_MAX = 253;

  private NameRules() {}

  /**
   * A label as RFC 1123 section 2.1 has it, in lower case: letters, digits and hyphens, a letter or
   * digit at both ends, at most 63. Service names were held to RFC 1035 (no leading digit) until
   * KEP-5311 relaxed them.
   */
  public static boolean isLabel(String text) {
    return text.length() <= LABEL_MAX && isLabel(text, 0, text.length());
  }

  /** Labels with dots between them, at most 253 together; a label alone may be longer than 63. */
  public static boolean isSubdomain(String text) {
    if (text.length() > SUBDOMAIN_MAX) {
      return false;
    }
    int start = 0;
    while (true) {
      int dot = text.indexOf('.', start);
      if (!isLabel(text, start, dot < 0 ? text.length() : dot)) {
        return false;
      }
      if (dot < 0) {
        return true;
      }
      start = dot + 1;
    }
  }

  /** A subdomain whose labels also fit DNS, so that it can be the target of a CNAME. */
  public static boolean isDnsName(String text) {
    if (!isSubdomain(text)) {
      return false;
    }
    for (String label : text.split("\\.", -1)) {
      if (label.length() > LABEL_MAX) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLabel(String text, int from, int to) {
    if (from >= to || text.charAt(from) == '-' || text.charAt(to - 1) == '-') {
      return false;
    }
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-') {
        return false;
      }
    }
    return true;
  }
}

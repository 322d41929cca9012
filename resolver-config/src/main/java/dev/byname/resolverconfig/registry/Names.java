package dev.byname.resolverconfig.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Rules for names, each answering with what is wrong in the API server's words. */
final class Names {
  private static final Pattern LABEL_1123 = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
  private static final Pattern LABEL_1035 = Pattern.compile("[a-z]([-a-z0-9]*[a-z0-9])?");
  private static final Pattern QUALIFIED =
      Pattern.compile("([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]");
  private static final Pattern LABEL_VALUE =
      Pattern.compile("(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?");
  private static final int LABEL_LENGTH_MAX = 63;
  private static final int SUBDOMAIN_LENGTH_MAX = 253;
  private static final int PORT_NAME_LENGTH_MAX = 15;

  private Names() {}

  /** A label of RFC 1123: namespaces, port names. */
  static List<String> label1123(String text) {
    var problems = tooLong(text, LABEL_LENGTH_MAX);
    if (!LABEL_1123.matcher(text).matches()) {
      problems.add(
          "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and"
              + " must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc',"
              + " regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')");
    }
    return problems;
  }

  /** A label of RFC 1035: names of Services. */
  static List<String> label1035(String text) {
    var problems = tooLong(text, LABEL_LENGTH_MAX);
    if (!LABEL_1035.matcher(text).matches()) {
      problems.add(
          "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an"
              + " alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or"
              + " 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')");
    }
    return problems;
  }

  static List<String> subdomain1123(String text) {
    var problems = tooLong(text, SUBDOMAIN_LENGTH_MAX);
    for (var label : text.split("\\.", -1)) {
      if (!LABEL_1123.matcher(label).matches()) {
        problems.add(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-'"
                + " or '.', and must start and end with an alphanumeric character (e.g."
                + " 'example.com', regex used for validation is"
                + " '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')");
        break;
      }
    }
    return problems;
  }

  /**
   * Keys of labels and annotations, {@code appProtocol}: a name, with {@code prefix/} or without.
   */
  static List<String> qualified(String text) {
    var problems = new ArrayList<String>();
    var slash = text.indexOf('/');
    var name = text.substring(slash + 1);
    if (slash >= 0) {
      var prefix = text.substring(0, slash);
      if (prefix.isEmpty()) {
        problems.add("prefix part must be non-empty");
      } else {
        subdomain1123(prefix).forEach(problem -> problems.add("prefix part " + problem));
      }
    }
    if (name.isEmpty()) {
      problems.add("name part must be non-empty");
    } else if (name.length() > LABEL_LENGTH_MAX) {
      problems.add("name part must be no more than 63 characters");
    }
    if (!QUALIFIED.matcher(name).matches()) {
      problems.add(
          "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and"
              + " end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc',"
              + " regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')");
    }
    return problems;
  }

  static List<String> labelValue(String text) {
    var problems = tooLong(text, LABEL_LENGTH_MAX);
    if (!LABEL_VALUE.matcher(text).matches()) {
      problems.add(
          "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or"
              + " '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or"
              + " 'my_value',  or '12345', regex used for validation is"
              + " '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')");
    }
    return problems;
  }

  /** The name of a container's port, as a {@code targetPort} may be (RFC 6335 section 5.1). */
  static List<String> portName(String text) {
    var problems = new ArrayList<String>();
    if (text.length() > PORT_NAME_LENGTH_MAX) {
      problems.add("must be no more than 15 characters");
    }
    if (!text.matches("[-a-z0-9]*")) {
      problems.add("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
    }
    if (!text.matches(".*[a-z].*")) {
      problems.add("must contain at least one letter (a-z)");
    }
    if (text.contains("--")) {
      problems.add("must not contain consecutive hyphens");
    }
    if (text.startsWith("-") || text.endsWith("-")) {
      problems.add("must not begin or end with a hyphen");
    }
    return problems;
  }

  private static List<String> tooLong(String text, int max) {
    var problems = new ArrayList<String>();
    if (text.length() > max) {
      problems.add("must be no more than " + max + " characters");
    }
    return problems;
  }
}

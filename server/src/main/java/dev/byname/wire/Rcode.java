package dev.byname.wire;

/**
 * Response codes (RFC 1035 section 4.1.1, RFC 2136, RFC 6891): numbers on the hot path, names in
 * logs and metrics.
 */
public final class Rcode {
  public static final int NOERROR = 0;
  public static final int FORMERR = 1;
  public static final int SERVFAIL = 2;
  public static final int NXDOMAIN = 3;
  public static final int NOTIMP = 4;
  public static final int REFUSED = 5;
  public static final int YXDOMAIN = 6;
  public static final int NOTAUTH = 9;
  public static final int NOTZONE = 10;

  /** Needs the upper bits in an OPT record (RFC 6891 section 6.1.3). */
  public static final int BADVERS = 16;

  public static final int BADCOOKIE = 23;

  private static final String[] NAMES = {
    "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET",
    "NXRRSET", "NOTAUTH", "NOTZONE", "DSOTYPENI", "RCODE12", "RCODE13", "RCODE14", "RCODE15",
    "BADVERS", "BADKEY", "BADTIME", "BADMODE", "BADNAME", "BADALG", "BADTRUNC", "BADCOOKIE"
  };

  private Rcode() {}

  /** The mnemonic as dig prints it; {@code RCODEn} for a number that has none. */
  public static String name(int rcode) {
    return rcode >= 0 && rcode < NAMES.length ? NAMES[rcode] : "RCODE" + rcode;
  }

  /** The number of a mnemonic, case ignored; -1 when there is none. */
  public static int parse(String name) {
    for (int i = 0; i < NAMES.length; i++) {
      if (NAMES[i].equalsIgnoreCase(name)) {
        return i;
      }
    }
    return -1;
  }
}

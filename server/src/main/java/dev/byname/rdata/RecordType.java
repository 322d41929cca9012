package dev.byname.rdata;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A record type: its number and its mnemonic (IANA, "DNS parameters"). Types without a mnemonic are
 * written TYPEn (RFC 3597 section 5).
 *
 * @param value 0–65535
 */
public record RecordType(int value, String mnemonic) {
  private static final Map<Integer, RecordType> BY_VALUE = new HashMap<>();
  private static final Map<String, RecordType> BY_MNEMONIC = new HashMap<>();

  public static final RecordType A = known(1, "A");
  public static final RecordType NS = known(2, "NS");
  public static final RecordType CNAME = known(5, "CNAME");
  public static final RecordType SOA = known(6, "SOA");
  public static final RecordType NULL = known(10, "NULL");
  public static final RecordType PTR = known(12, "PTR");
  public static final RecordType HINFO = known(13, "HINFO");
  public static final RecordType MX = known(15, "MX");
  public static final RecordType TXT = known(16, "TXT");
  public static final RecordType RP = known(17, "RP");
  public static final RecordType AAAA = known(28, "AAAA");
  public static final RecordType LOC = known(29, "LOC");
  public static final RecordType SRV = known(33, "SRV");
  public static final RecordType NAPTR = known(35, "NAPTR");
  public static final RecordType CERT = known(37, "CERT");
  public static final RecordType DNAME = known(39, "DNAME");
  public static final RecordType OPT = known(41, "OPT");
  public static final RecordType DS = known(43, "DS");
  public static final RecordType SSHFP = known(44, "SSHFP");
  public static final RecordType RRSIG = known(46, "RRSIG");
  public static final RecordType NSEC = known(47, "NSEC");
  public static final RecordType DNSKEY = known(48, "DNSKEY");
  public static final RecordType NSEC3 = known(50, "NSEC3");
  public static final RecordType NSEC3PARAM = known(51, "NSEC3PARAM");
  public static final RecordType TLSA = known(52, "TLSA");
  public static final RecordType CDS = known(59, "CDS");
  public static final RecordType CDNSKEY = known(60, "CDNSKEY");
  public static final RecordType SVCB = known(64, "SVCB");
  public static final RecordType HTTPS = known(65, "HTTPS");
  public static final RecordType SPF = known(99, "SPF");
  public static final RecordType TSIG = known(250, "TSIG");
  public static final RecordType IXFR = known(251, "IXFR");
  public static final RecordType AXFR = known(252, "AXFR");
  public static final RecordType ANY = known(255, "ANY");
  public static final RecordType URI = known(256, "URI");
  public static final RecordType CAA = known(257, "CAA");

  private static RecordType known(int value, String mnemonic) {
    var type = new RecordType(value, mnemonic);
    BY_VALUE.put(value, type);
    BY_MNEMONIC.put(mnemonic, type);
    return type;
  }

  public static RecordType of(int value) {
    RecordType known = BY_VALUE.get(value);
    return known != null ? known : new RecordType(value, "TYPE" + value);
  }

  /** Of a mnemonic or {@code TYPEn}, case ignored; null when it is neither. */
  public static @Nullable RecordType parse(String text) {
    String upper = text.toUpperCase(Locale.ROOT);
    RecordType known = BY_MNEMONIC.get(upper);
    if (known != null) {
      return known;
    }
    if (!upper.matches("TYPE\\d{1,5}")) {
      return null;
    }
    int value = Integer.parseInt(upper.substring(4));
    return value <= 0xffff ? of(value) : null;
  }

  @Override
  public String toString() {
    return mnemonic;
  }
}

package dev.byname.wire;

/**
 * Numbers of the record types that code compares with (IANA, DNS parameters). Names are with {@code
 * rdata}.
 */
public final class RecordTypes {
  public static final int A = 1;
  public static final int NS = 2;
  public static final int CNAME = 5;
  public static final int SOA = 6;
  public static final int PTR = 12;
  public static final int MX = 15;
  public static final int TXT = 16;
  public static final int AAAA = 28;
  public static final int SRV = 33;
  public static final int DNAME = 39;
  public static final int OPT = 41;
  public static final int DS = 43;
  public static final int RRSIG = 46;
  public static final int TSIG = 250;
  public static final int IXFR = 251;
  public static final int AXFR = 252;
  public static final int ANY = 255;

  public static final int CLASS_IN = 1;
  public static final int CLASS_CH = 3;
  public static final int CLASS_ANY = 255;

  private RecordTypes() {}
}

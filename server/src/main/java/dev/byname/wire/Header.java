package dev.byname.wire;

/**
 * The 12 bytes in front of every message (RFC 1035 section 4.1.1): where its fields are and what
 * its bits say.
 */
public final class Header {
  public static final int LENGTH_BYTES = 12;

  public static final int ID = 0;
  public static final int FLAGS = 2;
  public static final int QDCOUNT = 4;
  public static final int ANCOUNT = 6;
  public static final int NSCOUNT = 8;
  public static final int ARCOUNT = 10;

  public static final int QR = 0x8000;
  public static final int OPCODE_MASK = 0x7800;
  public static final int AA = 0x0400;
  public static final int TC = 0x0200;
  public static final int RD = 0x0100;
  public static final int RA = 0x0080;
  public static final int AD = 0x0020;
  public static final int CD = 0x0010;
  public static final int RCODE_MASK = 0x000f;

  public static final int OPCODE_QUERY = 0;
  public static final int OPCODE_NOTIFY = 4;
  public static final int OPCODE_UPDATE = 5;

  private Header() {}

  public static int opcode(int flags) {
    return (flags & OPCODE_MASK) >>> 11;
  }
}

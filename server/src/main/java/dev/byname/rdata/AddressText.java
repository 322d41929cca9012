package dev.byname.rdata;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Addresses as dig prints them: dotted quad, or RFC 5952. */
final class AddressText {
  private AddressText() {}

  static String of(byte[] bytes) {
    if (bytes.length == 4) {
      return (bytes[0] & 0xff)
          + "."
          + (bytes[1] & 0xff)
          + "."
          + (bytes[2] & 0xff)
          + "."
          + (bytes[3] & 0xff);
    }
    String full = full(bytes);
    // The longest run of zero groups, at least two of them, becomes "::" (RFC 5952 section 4.2).
    String[] groups = full.split(":");
    int best = -1;
    int bestLength = 1;
    for (int i = 0; i < 8; i++) {
      int end = i;
      while (end < 8 && groups[end].equals("0")) {
        end++;
      }
      if (end - i > bestLength) {
        best = i;
        bestLength = end - i;
      }
    }
    if (best < 0) {
      return full;
    }
    String left = String.join(":", Arrays.copyOfRange(groups, 0, best));
    String right = String.join(":", Arrays.copyOfRange(groups, best + bestLength, 8));
    return left + "::" + right;
  }

  private static String full(byte[] bytes) {
    try {
      return InetAddress.getByAddress(null, bytes).getHostAddress();
    } catch (UnknownHostException impossible) {
      throw new AssertionError("16 bytes are an address", impossible);
    }
  }
}

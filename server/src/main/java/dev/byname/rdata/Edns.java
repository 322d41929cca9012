package dev.byname.rdata;

import java.util.List;

/**
 * The OPT record of a message (RFC 6891).
 *
 * @param udpPayloadSizeBytes what its sender can receive
 */
public record Edns(int udpPayloadSizeBytes, int version, boolean dnssecOk, List<Option> options) {
  public static final int OPTION_NSID = 3;
  public static final int OPTION_CLIENT_SUBNET = 8;
  public static final int OPTION_COOKIE = 10;
  public static final int OPTION_EXTENDED_ERROR = 15;

  public Edns {
    options = List.copyOf(options);
  }

  public Edns(int udpPayloadSizeBytes, boolean dnssecOk) {
    this(udpPayloadSizeBytes, 0, dnssecOk, List.of());
  }

  /** An EDNS option; the array is not to be changed. */
  @SuppressWarnings("ArrayRecordComponent")
  public record Option(int code, byte[] data) {}
}

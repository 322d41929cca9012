package dev.byname.zone;

import org.jspecify.annotations.Nullable;

/**
 * The data of one name of the svc subtree, packed for copying; all of it from one moment.
 * Immutable.
 *
 * <p>A headless service of 20 endpoints costs 80 bytes for its A records and about a kilobyte for
 * its SRV records.
 */
final class Answers {
  static final byte[] NONE = {};

  /** IPv4 addresses, 4 bytes each, no duplicates. */
  final byte[] v4;

  /** IPv6 addresses, 16 bytes each, no duplicates. */
  final byte[] v6;

  final @Nullable SrvRecords srv;

  Answers(byte[] v4, byte[] v6, @Nullable SrvRecords srv) {
    this.v4 = v4;
    this.v6 = v6;
    this.srv = srv;
  }

  /**
   * SRV records and the addresses of their targets.
   *
   * <p>{@code records}, one after the other: priority, weight and port (16 bits each), length of
   * the target's labels in front of the zone (8 bits), these labels. The zone is copied from the
   * question, in the client's case. {@code glue}: index of the record it belongs to (16 bits), 4 or
   * 16 (8 bits), the address.
   */
  static final class SrvRecords {
    final int count;
    final byte[] records;
    final int glueCount;
    final byte[] glue;

    SrvRecords(int count, byte[] records, int glueCount, byte[] glue) {
      this.count = count;
      this.records = records;
      this.glueCount = glueCount;
      this.glue = glue;
    }
  }
}

package dev.byname.cluster;

/**
 * A port of a service or of an EndpointSlice.
 *
 * @param name empty when unnamed; such a port has no {@code _name._proto} SRV record
 * @param number 1–65535, or {@link #NONE}
 */
public record Port(String name, Protocol protocol, int number) {
  /** A slice or service that declares no port: it has addresses but no SRV record. */
  public static final int NONE = -1;

  /**
   * What stands for "no ports" in a selection over ports, so that its addresses are still found.
   */
  public static final Port ABSENT = new Port("", Protocol.TCP, NONE);

  // Written out: what Java would make at run time is no part of an AOT cache.
  @Override
  public boolean equals(Object o) {
    return o instanceof Port other
        && number == other.number
        && protocol == other.protocol
        && name.equals(other.name);
  }

  @Override
  public int hashCode() {
    return name.hashCode() * 31 + number;
  }
}

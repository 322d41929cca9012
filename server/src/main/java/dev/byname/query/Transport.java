package dev.byname.query;

/** How a query came. The metrics know UDP and everything else as {@code tcp}, as CoreDNS counts. */
public enum Transport {
  UDP("udp"),
  TCP("tcp"),
  TLS("tcp"),
  HTTPS("tcp"),
  /** Asked by a Java program in this process. */
  LOCAL("local");

  private final String proto;

  Transport(String proto) {
    this.proto = proto;
  }

  /** The value of the {@code proto} label. */
  public String proto() {
    return proto;
  }

  /** Whether a query may be answered with several messages: DoH has one body for one query. */
  public boolean connection() {
    return this == TCP || this == TLS;
  }

  /** Whether a message may be longer than the client's UDP payload size. */
  public boolean stream() {
    return this != UDP;
  }
}

package dev.byname.cluster;

/** The protocols a ServicePort may have; the API server defaults to TCP. */
public enum Protocol {
  TCP("tcp"),
  UDP("udp"),
  SCTP("sctp");

  private final String label;

  Protocol(String label) {
    this.label = label;
  }

  /** As in a name, without the underscore: {@code tcp} of {@code _tcp}. */
  public String label() {
    return label;
  }
}

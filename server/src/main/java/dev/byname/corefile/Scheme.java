package dev.byname.corefile;

import java.util.Optional;

/** How queries reach a server block: what stands before {@code ://} in its keys. */
public enum Scheme {
  /** Plain DNS over UDP and TCP; the scheme of a key without one. */
  DNS("dns", 53),
  /** DNS over TLS (RFC 7858). */
  TLS("tls", 853),
  /** DNS over HTTPS with HTTP/2 (RFC 8484). */
  HTTPS("https", 443),
  /** DNS over HTTPS with HTTP/3. */
  HTTPS3("https3", 443),
  /** DNS over QUIC (RFC 9250). */
  QUIC("quic", 853),
  /** CoreDNS's DNS over gRPC. */
  GRPC("grpc", 443);

  private final String text;
  private final int defaultPort;

  Scheme(String text, int defaultPort) {
    this.text = text;
    this.defaultPort = defaultPort;
  }

  /** As it is written in a key, without {@code ://}. */
  public String text() {
    return text;
  }

  /** The port of a key that names none. */
  public int defaultPort() {
    return defaultPort;
  }

  /** The scheme of this exact text; CoreDNS compares case too. */
  public static Optional<Scheme> ofText(String text) {
    for (var scheme : values()) {
      if (scheme.text.equals(text)) {
        return Optional.of(scheme);
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return text;
  }
}

package dev.byname.plugin.etcd;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where messages are. Blocks that say the same share one copy.
 *
 * @param endpoints URLs of etcd's members
 * @param path of all keys; begins with a slash and does not end with one
 * @param tls null when {@code tls} was not given
 * @param user empty without one
 */
public record SkyDnsSource(
    List<String> endpoints, String path, @Nullable Tls tls, String user, String password) {

  public SkyDnsSource {
    endpoints = List.copyOf(endpoints);
  }

  /**
   * PEM files.
   *
   * @param certificate null together with {@code key}: no client certificate
   * @param ca null for the system's authorities
   */
  public record Tls(@Nullable Path certificate, @Nullable Path key, @Nullable Path ca) {}

  /** Without the password: this ends up in logs. */
  @Override
  public String toString() {
    return "etcd " + String.join(" ", endpoints) + " below " + path;
  }
}

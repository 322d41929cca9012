package dev.byname.plugin.tls;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the {@code tls} directive says.
 *
 * @param authority who signs the clients' certificates; null for those that Java trusts
 */
public record ServerTlsConfig(
    Path certificate, Path key, @Nullable Path authority, ClientAuth clientAuth) {
  /** The words of {@code client_auth}. */
  public enum ClientAuth {
    NOCERT,
    REQUEST,
    REQUIRE,
    VERIFY_IF_GIVEN,
    REQUIRE_AND_VERIFY
  }
}

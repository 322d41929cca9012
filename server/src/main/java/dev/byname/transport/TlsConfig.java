package dev.byname.transport;

import dev.byname.pem.PemException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of the {@code tls} directive, all PEM. They are looked at again while the server runs:
 * a changed certificate serves the connections from then on.
 *
 * @param certificate the server's, followed by its chain
 * @param key unencrypted: PKCS #8, PKCS #1 (RSA) or SEC 1 (EC)
 * @param authority who may sign the clients' certificates; null for those that Java trusts
 */
public record TlsConfig(
    Path certificate, Path key, @Nullable Path authority, ClientAuth clientAuth) {
  /** What {@code client_auth} says about clients' certificates. */
  public enum ClientAuth {
    NO_CERTIFICATE("nocert", false, false),
    /** Asked for, not checked, not needed. */
    REQUEST("request", false, false),
    /** Needed, but who signed it does not matter. */
    REQUIRE("require", true, false),
    VERIFY_IF_GIVEN("verify_if_given", false, true),
    REQUIRE_AND_VERIFY("require_and_verify", true, true);

    private final String text;
    private final boolean required;
    private final boolean verified;

    ClientAuth(String text, boolean required, boolean verified) {
      this.text = text;
      this.required = required;
      this.verified = verified;
    }

    /** The word in the Corefile. */
    public String text() {
      return text;
    }

    boolean required() {
      return required;
    }

    boolean verified() {
      return verified;
    }
  }

  /** Reads the files. Empty when they can be used, otherwise why not, in one line. */
  public String problem() {
    try {
      new TlsContext(this, List.of("dot"));
      return "";
    } catch (PemException bad) {
      return String.valueOf(bad.getMessage());
    }
  }
}

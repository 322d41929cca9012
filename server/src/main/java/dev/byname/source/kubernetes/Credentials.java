package dev.byname.source.kubernetes;

import dev.byname.pem.Identity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** What proves to the API server who we are, besides a client certificate in the files. */
interface Credentials {
  Credentials NONE = () -> null;

  /** The value of the Authorization header, fresh for each request; null for none. */
  @Nullable String authorization() throws AccessException, InterruptedException;

  /** A client certificate that comes with them; null for none. */
  default @Nullable Identity certificate() throws AccessException, InterruptedException {
    return null;
  }

  /** The server answered 401: what is cached is worth nothing. */
  default void refused() {}

  static Credentials token(String token) {
    String header = "Bearer " + token;
    return () -> header;
  }

  static Credentials basic(String user, String password) {
    String header =
        "Basic "
            + Base64.getEncoder()
                .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    return () -> header;
  }

  /**
   * Read for each request: the kubelet replaces a bound token after 80 % of its life, and requests
   * are a few a minute. While the file cannot be read, the last token is as good as any.
   *
   * @param where names the file in errors
   */
  static Credentials tokenFile(Path file, String where) {
    return new Credentials() {
      private volatile @Nullable String last;

      @Override
      public String authorization() throws AccessException {
        @Nullable String token = last;
        try {
          String text = Files.readString(file).strip();
          if (!text.isEmpty()) {
            token = text;
            last = text;
          }
        } catch (IOException unreadable) {
          if (token == null) {
            throw new AccessException(FileContent.problem(where, file, unreadable), unreadable);
          }
        }
        if (token == null) {
          throw new AccessException(where + ": " + file + ": the token file is empty");
        }
        return "Bearer " + token;
      }
    };
  }
}

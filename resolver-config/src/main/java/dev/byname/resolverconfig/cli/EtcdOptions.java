package dev.byname.resolverconfig.cli;

import dev.byname.resolverconfig.store.EtcdConfig;
import dev.byname.resolverconfig.store.EtcdReach;
import dev.byname.resolverconfig.store.EtcdStore;
import dev.byname.resolverconfig.store.StoreException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How an etcd is reached; the same for all commands. */
final class EtcdOptions {
  private static final String SCHEME = "etcd://";

  @Option(names = "--etcd-prefix", paramLabel = "PREFIX", description = "default: /registry")
  String prefix = EtcdConfig.DEFAULT_PREFIX;

  @Option(names = "--etcd-ca", paramLabel = "FILE", description = "PEM of etcd's authority")
  @Nullable Path authority;

  @Option(names = "--etcd-cert", paramLabel = "FILE", description = "PEM of the client")
  @Nullable Path certificate;

  @Option(names = "--etcd-key", paramLabel = "FILE", description = "PEM of the client")
  @Nullable Path key;

  @Option(names = "--etcd-user", paramLabel = "NAME", description = "of etcd's own users")
  @Nullable String user;

  @Option(
      names = "--etcd-password-file",
      paramLabel = "FILE",
      description = "its first line is the user's password")
  @Nullable Path passwordFile;

  static boolean isEtcd(String store) {
    return store.startsWith(SCHEME);
  }

  /**
   * Prepares connections to {@code etcd://HOST:PORT[,…]}.
   *
   * @throws IllegalArgumentException when an option is wrong
   * @throws StoreException when nobody takes connections there
   */
  EtcdStore open(String store) {
    var scheme = authority != null || certificate != null ? "https://" : "http://";
    var endpoints =
        Stream.of(store.substring(SCHEME.length()).split(","))
            .map(member -> URI.create(scheme + member))
            .toList();
    var config =
        new EtcdConfig(
            endpoints,
            prefix,
            Optional.ofNullable(authority),
            Optional.ofNullable(certificate),
            Optional.ofNullable(key),
            credentials(),
            EtcdConfig.DEFAULT_ATTEMPT_TIMEOUT,
            EtcdConfig.DEFAULT_ATTEMPTS);
    EtcdReach.check(endpoints);
    return EtcdStore.open(config);
  }

  private Optional<EtcdConfig.Credentials> credentials() {
    if (user == null) {
      return Optional.empty();
    }
    if (passwordFile == null) {
      throw new IllegalArgumentException("--etcd-user needs --etcd-password-file");
    }
    try (var lines = Files.lines(passwordFile)) {
      return Optional.of(new EtcdConfig.Credentials(user, lines.findFirst().orElse("")));
    } catch (IOException unreadable) {
      throw new StoreException("cannot read " + passwordFile, unreadable);
    }
  }
}

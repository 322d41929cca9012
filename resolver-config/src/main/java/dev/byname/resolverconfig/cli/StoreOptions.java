package dev.byname.resolverconfig.cli;

import dev.byname.resolverconfig.registry.Registry;
import dev.byname.resolverconfig.store.ObjectStore;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.time.InstantSource;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where Services are kept and out of which ranges they are given. */
final class StoreOptions {
  static final String LABEL = "DIR|etcd://HOST:PORT[,…]";
  static final String DESCRIPTION =
      "a folder, or etcd (with TLS when an authority or certificate is named)";

  @Option(names = "--store", required = true, paramLabel = LABEL, description = DESCRIPTION)
  String store = "";

  @Mixin EtcdOptions etcd = new EtcdOptions();
  @Mixin RangeFlags ranges = new RangeFlags();

  /** A registry on an open store; warnings about the ranges go to {@code err}. */
  Registry registry(ObjectStore opened, PrintWriter err) {
    return new Registry(
        opened,
        ranges.read(err),
        InstantSource.system(),
        new SecureRandom(),
        () -> {
          var declared = Stores.declaredElsewhere(opened);
          declared.unreadable().forEach(each -> err.println("warning: " + each));
          err.flush();
          return declared.services();
        });
  }
}

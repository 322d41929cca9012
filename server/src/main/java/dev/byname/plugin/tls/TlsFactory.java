package dev.byname.plugin.tls;

import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.plugin.tls.ServerTlsConfig.ClientAuth;
import dev.byname.query.Plugin;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads {@code tls}. What is in the files is looked at by who listens. */
public final class TlsFactory implements PluginFactory<ServerTlsConfig> {
  @Override
  public String name() {
    return "tls";
  }

  @Override
  public @Nullable ServerTlsConfig parse(
      List<Directive> directives, BlockContext block, Problems problems) {
    var in = DirectiveReader.once(directives, problems);
    in.unsupported("keylog", "it would let whoever reads the file decrypt the connections");
    for (String option : List.of("acme", "email", "ca", "storage", "ca_root", "resolver")) {
      in.unsupported(option, "certificates come from files; cert-manager renews them");
    }
    ClientAuth auth = in.option("client_auth").word(ClientAuth.class).orElse(ClientAuth.NOCERT);
    in.done();
    if (!in.takes(2, 3)) {
      return null;
    }
    List<Path> files =
        in.argumentsFrom(0).stream()
            .flatMap(argument -> argument.path(block.folder()).stream())
            .toList();
    if (files.size() < in.argumentCount()) {
      return null;
    }
    Path authority = files.size() == 3 ? files.get(2) : null;
    boolean verifies = auth == ClientAuth.VERIFY_IF_GIVEN || auth == ClientAuth.REQUIRE_AND_VERIFY;
    if (authority != null && !verifies) {
      in.warn(
          "nobody's certificate is held against "
              + authority.getFileName()
              + "; for that write client_auth require_and_verify");
    }
    return new ServerTlsConfig(files.get(0), files.get(1), authority, auth);
  }

  /** It changes how queries come in, not their answers. */
  @Override
  public PrecomputedPath precomputedPath(ServerTlsConfig config) {
    return PrecomputedPath.TRANSPARENT;
  }

  @Override
  public List<String> describe(ServerTlsConfig config) {
    return List.of(
        "certificate %s, key %s, clients' certificates: %s"
            .formatted(
                config.certificate(),
                config.key(),
                config.clientAuth().name().toLowerCase(Locale.ROOT)));
  }

  @Override
  public @Nullable Plugin create(
      ServerTlsConfig config, BlockContext block, PluginRuntime runtime) {
    return null;
  }
}

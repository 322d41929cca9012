package dev.byname.plugin.dns64;

import dev.byname.corefile.ArgumentReader;
import dev.byname.corefile.Cidr;
import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.IpLiteral;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.query.Plugin;
import dev.byname.wire.RecordTypes;
import java.util.List;
import java.util.Optional;

/** Reads {@code dns64}. */
public final class Dns64Factory implements PluginFactory<Dns64Config> {
  /** RFC 6052 section 2.1. */
  private static final Cidr WELL_KNOWN = new Cidr(IpLiteral.parse("64:ff9b::").orElseThrow(), 96);

  @Override
  public String name() {
    return "dns64";
  }

  @Override
  public Dns64Config parse(List<Directive> directives, BlockContext block, Problems problems) {
    Cidr prefix = WELL_KNOWN;
    boolean translateAll = false;
    boolean allowIpv4 = false;
    for (Directive directive : directives) {
      var in = new DirectiveReader(directive, problems);
      if (in.takes(0, 1) && in.argumentCount() == 1) {
        prefix = prefix(in.argument(0)).orElse(prefix);
      }
      prefix = in.option("prefix").only().flatMap(Dns64Factory::prefix).orElse(prefix);
      translateAll |= in.flag("translate_all");
      allowIpv4 |= in.flag("allow_ipv4");
      in.done();
    }
    return new Dns64Config(prefix, translateAll, allowIpv4);
  }

  private static Optional<Cidr> prefix(ArgumentReader argument) {
    Optional<Cidr> prefix =
        Cidr.parse(argument.text())
            .filter(cidr ->
                cidr.base().getAddress().length == 16
                    && cidr.prefixLength() % 8 == 0
                    && cidr.prefixLength() >= 32
                    && cidr.prefixLength() <= 96);
    if (prefix.isEmpty()) {
      argument.complain(
          "\"%s\" is no IPv6 prefix of 32, 40, 48, 56, 64 or 96 bits; write 64:ff9b::/96, for example"
              .formatted(argument.text()));
    }
    return prefix;
  }

  /** Whether a client asks over IPv6 cannot be seen there. */
  @Override
  public PrecomputedPath precomputedPath(Dns64Config config) {
    return new PrecomputedPath.Except(query -> query.type == RecordTypes.AAAA, "AAAA");
  }

  @Override
  public List<String> describe(Dns64Config config) {
    return List.of(
        "makes AAAA records of A records below %s/%d%s%s"
            .formatted(
                config.prefix().base().getHostAddress(),
                config.prefix().prefixLength(),
                config.translateAll() ? ", always" : "",
                config.allowIpv4() ? ", for all clients" : ", for clients that ask over IPv6"));
  }

  @Override
  public Plugin create(Dns64Config config, BlockContext block, PluginRuntime runtime) {
    return new Dns64(config, runtime.service(Dns64Observer.class));
  }
}

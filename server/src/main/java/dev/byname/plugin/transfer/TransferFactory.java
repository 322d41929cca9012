package dev.byname.plugin.transfer;

import dev.byname.corefile.ArgumentReader;
import dev.byname.corefile.Cidr;
import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.plugin.transfer.TransferConfig.Rule;
import dev.byname.plugin.transfer.TransferConfig.Secondary;
import dev.byname.query.Plugin;
import dev.byname.wire.DomainName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads {@code transfer}. */
public final class TransferFactory implements PluginFactory<TransferConfig> {
  private static final int DNS_PORT = 53;

  @Override
  public String name() {
    return "transfer";
  }

  @Override
  public TransferConfig parse(List<Directive> directives, BlockContext block, Problems problems) {
    var rules = new ArrayList<Rule>();
    for (Directive directive : directives) {
      var in = new DirectiveReader(directive, problems);
      List<DomainName> zones = in.zonesFrom(0, block.zones()).stream().map(DomainName::of).toList();
      var to = new ArrayList<Secondary>();
      List<DirectiveReader> lines = in.options("to");
      for (DirectiveReader line : lines) {
        to.addAll(line.all(TransferFactory::secondary));
      }
      if (lines.isEmpty()) {
        in.complain("needs a line \"to ADDRESS…\": who may have the zones (* for everybody)");
      }
      DirectiveReader source = in.option("source");
      var rule = new Rule(zones, to, source.isPresent() ? source.ip().orElse(null) : null);
      in.done();
      rules.add(rule);
    }
    return new TransferConfig(rules);
  }

  private static Optional<Secondary> secondary(ArgumentReader argument) {
    if (argument.text().equals("*")) {
      return Optional.of(new Secondary.Anyone());
    }
    Optional<Cidr> network = Cidr.parse(argument.text());
    return network.isPresent()
        ? network.map(Secondary.Network::new)
        : argument.ipPort(DNS_PORT).map(Secondary.Host::new);
  }

  /** It takes transfers only, which never are precomputed. */
  @Override
  public PrecomputedPath precomputedPath(TransferConfig config) {
    return PrecomputedPath.TRANSPARENT;
  }

  @Override
  public List<String> describe(TransferConfig config) {
    return config.rules().stream().map(TransferFactory::describe).toList();
  }

  private static String describe(Rule rule) {
    String zones = rule.zones().stream().map(DomainName::toString).collect(Collectors.joining(" "));
    String notified =
        rule.notified().isEmpty() ? "" : ", tells %d of changes".formatted(rule.notified().size());
    boolean anyone = rule.to().stream().anyMatch(Secondary.Anyone.class::isInstance);
    return "gives %s to %s%s".formatted(zones, anyone ? "anyone" : "those listed", notified);
  }

  @Override
  public Plugin create(TransferConfig config, BlockContext block, PluginRuntime runtime) {
    return new Transfer(
        config, new UdpNotifier(runtime.random()), runtime.scheduler(), Thread::startVirtualThread);
  }
}

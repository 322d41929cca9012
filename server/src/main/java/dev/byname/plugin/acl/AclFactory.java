package dev.byname.plugin.acl;

import dev.byname.corefile.ArgumentReader;
import dev.byname.corefile.Cidr;
import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.plugin.acl.AclConfig.Action;
import dev.byname.plugin.acl.AclConfig.Policy;
import dev.byname.plugin.acl.AclConfig.Rule;
import dev.byname.query.Plugin;
import dev.byname.rdata.RecordType;
import dev.byname.wire.DomainName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads {@code acl}. */
public final class AclFactory implements PluginFactory<AclConfig> {
  @Override
  public String name() {
    return "acl";
  }

  @Override
  public AclConfig parse(List<Directive> directives, BlockContext block, Problems problems) {
    List<Rule> rules = new ArrayList<>();
    for (Directive directive : directives) {
      var in = new DirectiveReader(directive, problems);
      List<Policy> policies = new ArrayList<>();
      for (DirectiveReader line : in.options()) {
        switch (line.name().toLowerCase(Locale.ROOT)) {
          case "allow" -> policies.add(policy(Action.ALLOW, line));
          case "block" -> policies.add(policy(Action.BLOCK, line));
          case "filter" -> policies.add(policy(Action.FILTER, line));
          case "drop" -> policies.add(policy(Action.DROP, line));
          default -> line.complain("is not one of allow, block, filter, drop");
        }
      }
      List<DomainName> zones = in.zonesFrom(0, block.zones()).stream().map(DomainName::of).toList();
      in.done();
      rules.add(new Rule(zones, policies));
    }
    return new AclConfig(rules);
  }

  /** {@code [type TYPE…] [net NET…]}, in any order. */
  private static Policy policy(Action action, DirectiveReader line) {
    Set<RecordType> types = new HashSet<>();
    List<Cidr> nets = new ArrayList<>();
    boolean allTypes = false;
    boolean allNets = false;
    String section = "";
    int inSection = 1;
    for (ArgumentReader word : line.argumentsFrom(0)) {
      String text = word.text().toLowerCase(Locale.ROOT);
      if (text.equals("type") || text.equals("net")) {
        if (inSection == 0) {
          word.complain("nothing stands behind " + section);
        }
        section = text;
        inSection = 0;
      } else if (section.isEmpty()) {
        word.complain("\"%s\" must stand behind type or net".formatted(word.text()));
      } else {
        inSection++;
        if (section.equals("type")) {
          allTypes |= text.equals("*");
          RecordType type = RecordType.parse(text);
          if (type != null) {
            types.add(type);
          } else if (!text.equals("*")) {
            word.complain("\"%s\" is no record type".formatted(word.text()));
          }
        } else {
          allNets |= text.equals("*");
          if (!text.equals("*")) {
            word.cidr().ifPresent(nets::add);
          }
        }
      }
    }
    if (inSection == 0) {
      line.complain("nothing stands behind " + section);
    }
    return new Policy(
        action, allTypes ? Set.of() : Set.copyOf(types), allNets ? List.of() : List.copyOf(nets));
  }

  /** Who asks does not matter where no rule is about what is asked for. */
  @Override
  public PrecomputedPath precomputedPath(AclConfig config) {
    return new PrecomputedPath.Claims(
        config.rules().stream().flatMap(rule -> rule.zones().stream()).toList());
  }

  @Override
  public List<String> describe(AclConfig config) {
    return config.rules().stream()
        .flatMap(rule ->
            rule.policies().stream()
                .map(policy ->
                    "%s %s from %s for %s"
                        .formatted(
                            policy.action().name().toLowerCase(Locale.ROOT),
                            policy.types().isEmpty() ? "all types" : words(policy.types()),
                            policy.nets().isEmpty() ? "everywhere" : words(policy.nets()),
                            words(rule.zones()))))
        .toList();
  }

  private static String words(Collection<?> values) {
    return String.join(" ", values.stream().map(Object::toString).sorted().toList());
  }

  @Override
  public Plugin create(AclConfig config, BlockContext block, PluginRuntime runtime) {
    return new Acl(config, runtime.service(AclObserver.class));
  }
}

package dev.byname.plugin.template;

import dev.byname.corefile.ArgumentReader;
import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.GoRegex;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.plugin.template.TemplateConfig.Template;
import dev.byname.query.Plugin;
import dev.byname.query.Response.ExtendedError;
import dev.byname.rdata.RecordType;
import dev.byname.wire.DomainName;
import dev.byname.wire.Rcode;
import dev.byname.wire.RecordTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code template}. */
public final class TemplateFactory implements PluginFactory<TemplateConfig> {
  private static final Map<String, Integer> CLASSES =
      Map.of(
          "IN", RecordTypes.CLASS_IN,
          "CH", RecordTypes.CLASS_CH,
          "HS", 4,
          "ANY", RecordTypes.CLASS_ANY);

  @Override
  public String name() {
    return "template";
  }

  @Override
  public TemplateConfig parse(List<Directive> directives, BlockContext block, Problems problems) {
    List<Template> templates = new ArrayList<>();
    for (Directive directive : directives) {
      var in = new DirectiveReader(directive, problems);
      if (in.takesAtLeast(2)) {
        templates.add(template(in, block));
      }
    }
    return new TemplateConfig(templates);
  }

  private static Template template(DirectiveReader in, BlockContext block) {
    Integer queryClass = CLASSES.get(in.argument(0).text().toUpperCase(Locale.ROOT));
    if (queryClass == null) {
      in.argument(0)
          .complain("\"%s\" is not one of IN, CH, HS, ANY".formatted(in.argument(0).text()));
    }
    RecordType type = RecordType.parse(in.argument(1).text());
    if (type == null) {
      in.argument(1).complain("\"%s\" is no record type".formatted(in.argument(1).text()));
    }
    List<GoRegex> patterns = new ArrayList<>();
    for (DirectiveReader match : in.options("match")) {
      patterns.addAll(match.all(GoRegex::read));
    }
    in.ignored("upstream", "a template always asks its own server");
    in.unsupported("var", "write what it computes into the record, with parseInt or printf");
    in.unsupported("expr", "put the condition into the pattern of match");
    var template =
        new Template(
            queryClass == null ? RecordTypes.CLASS_ANY : queryClass,
            type == null ? RecordType.ANY : type,
            names(in.zonesFrom(2, block.zones())),
            patterns,
            records(in, "answer"),
            records(in, "authority"),
            records(in, "additional"),
            rcode(in.option("rcode")),
            extendedError(in.option("ederror")),
            names(in.option("fallthrough").zonesFrom(0, List.of("."))));
    in.done();
    return template;
  }

  private static List<DomainName> names(List<String> zones) {
    return zones.stream().map(DomainName::of).toList();
  }

  private static List<GoTemplate> records(DirectiveReader in, String section) {
    List<GoTemplate> templates = new ArrayList<>();
    for (DirectiveReader option : in.options(section)) {
      if (option.takesAtLeast(1)) {
        for (ArgumentReader argument : option.argumentsFrom(0)) {
          try {
            templates.add(GoTemplate.parse(argument.text(), TemplatePlugin.FIELDS));
          } catch (TemplateException e) {
            argument.complain("\"%s\": %s".formatted(argument.text(), e.getMessage()));
          }
        }
      }
    }
    return templates;
  }

  private static int rcode(DirectiveReader option) {
    String name = option.text().orElse("NOERROR");
    int rcode = Rcode.parse(name);
    if (rcode < 0) {
      option.complain("\"%s\" is no response code".formatted(name));
    }
    return Math.max(0, rcode);
  }

  private static @Nullable ExtendedError extendedError(DirectiveReader option) {
    if (!option.takes(1, 2)) {
      return null;
    }
    String text = option.argumentCount() == 2 ? option.argument(1).text() : "";
    int code = option.argument(0).integer(0, 0xffff).orElse(0);
    return new ExtendedError(code, text);
  }

  @Override
  public PrecomputedPath precomputedPath(TemplateConfig config) {
    return new PrecomputedPath.Claims(
        config.templates().stream().flatMap(template -> template.zones().stream()).toList());
  }

  @Override
  public List<String> describe(TemplateConfig config) {
    return config.templates().stream()
        .map(template ->
            "answers %s of %s with %s and %d records"
                .formatted(
                    template.type().equals(RecordType.ANY) ? "all types" : template.type(),
                    String.join(" ", template.zones().stream().map(DomainName::toString).toList()),
                    Rcode.name(template.rcode()),
                    template.answer().size()
                        + template.authority().size()
                        + template.additional().size()))
        .toList();
  }

  @Override
  public Plugin create(TemplateConfig config, BlockContext block, PluginRuntime runtime) {
    return new TemplatePlugin(config, runtime.service(TemplateObserver.class));
  }
}

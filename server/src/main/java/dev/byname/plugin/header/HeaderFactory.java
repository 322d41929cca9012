package dev.byname.plugin.header;

import dev.byname.corefile.ArgumentReader;
import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.query.FlagChange;
import dev.byname.query.Plugin;
import dev.byname.wire.Header;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads {@code header}. */
public final class HeaderFactory implements PluginFactory<HeaderConfig> {
  @Override
  public String name() {
    return "header";
  }

  @Override
  public HeaderConfig parse(List<Directive> directives, BlockContext block, Problems problems) {
    FlagChange query = FlagChange.NONE;
    FlagChange response = FlagChange.NONE;
    for (Directive directive : directives) {
      var in = new DirectiveReader(directive, problems);
      in.takes(0);
      boolean any = false;
      for (DirectiveReader line : in.options()) {
        any = true;
        switch (line.name().toLowerCase(Locale.ROOT)) {
          case "query" -> query = changed(query, line);
          case "response" -> response = changed(response, line);
          default -> line.complain("is neither query nor response");
        }
      }
      if (!any) {
        in.complain("says nothing; write \"response set ra\", for example");
      }
      in.done();
    }
    return new HeaderConfig(query, response);
  }

  /** Later lines win. */
  private static FlagChange changed(FlagChange before, DirectiveReader line) {
    if (!line.takesAtLeast(2)) {
      return before;
    }
    String action = lower(line.argument(0));
    if (!action.equals("set") && !action.equals("clear")) {
      line.argument(0).word("set", "clear"); // complains
      return before;
    }
    int bits = 0;
    for (ArgumentReader flag : line.argumentsFrom(1)) {
      switch (lower(flag)) {
        case "aa" -> bits |= Header.AA;
        case "ra" -> bits |= Header.RA;
        case "rd" -> bits |= Header.RD;
        default -> flag.complain("\"%s\" is not one of aa, ra, rd".formatted(flag.text()));
      }
    }
    return before.then(action.equals("set") ? new FlagChange(bits, 0) : new FlagChange(0, bits));
  }

  private static String lower(ArgumentReader word) {
    return word.text().toLowerCase(Locale.ROOT);
  }

  /** Precomputed answers get the same flags. */
  @Override
  public PrecomputedPath precomputedPath(HeaderConfig config) {
    return PrecomputedPath.TRANSPARENT;
  }

  @Override
  public List<String> describe(HeaderConfig config) {
    return List.of("queries: " + text(config.query()), "answers: " + text(config.response()));
  }

  private static String text(FlagChange bits) {
    return "sets [%s ], clears [%s ]".formatted(names(bits.set()), names(bits.clear()));
  }

  private static String names(int bits) {
    return ((bits & Header.AA) == 0 ? "" : " aa")
        + ((bits & Header.RA) == 0 ? "" : " ra")
        + ((bits & Header.RD) == 0 ? "" : " rd");
  }

  @Override
  public @Nullable Plugin create(HeaderConfig config, BlockContext block, PluginRuntime runtime) {
    return new HeaderPlugin(config);
  }
}

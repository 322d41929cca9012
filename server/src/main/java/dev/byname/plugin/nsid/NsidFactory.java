package dev.byname.plugin.nsid;

import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.HostName;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.query.Plugin;
import dev.byname.rdata.Edns;
import java.util.List;

/** Reads {@code nsid}. */
public final class NsidFactory implements PluginFactory<NsidConfig> {
  @Override
  public String name() {
    return "nsid";
  }

  @Override
  public NsidConfig parse(List<Directive> directives, BlockContext block, Problems problems) {
    for (Directive again : directives.subList(1, directives.size())) {
      problems.add(
          again.location(),
          "nsid can be given only once in a server block; it already is in "
              + directives.getFirst().location());
    }
    var in = new DirectiveReader(directives.getFirst(), problems);
    String data = in.argumentCount() == 0 ? "" : String.join(" ", in.texts());
    in.done();
    return new NsidConfig(data);
  }

  @Override
  public PrecomputedPath precomputedPath(NsidConfig config) {
    return new PrecomputedPath.Except(
        query -> query.ednsOption(Edns.OPTION_NSID) >= 0, "clients that ask for NSID");
  }

  @Override
  public List<String> describe(NsidConfig config) {
    return List.of(
        "calls itself " + (config.data().isEmpty() ? "by its host name" : config.data()));
  }

  @Override
  public Plugin create(NsidConfig config, BlockContext block, PluginRuntime runtime) {
    return new Nsid(config.data().isEmpty() ? HostName.get() : config.data());
  }
}

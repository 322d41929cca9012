package dev.byname.plugin.file;

import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.GoDuration;
import dev.byname.corefile.Location;
import dev.byname.corefile.Problems;
import dev.byname.interop.ZoneFileException;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.plugin.file.FileConfig.ZoneFile;
import dev.byname.query.Plugin;
import dev.byname.wire.DomainName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code file}, and the zone files it names. */
public final class FileFactory implements PluginFactory<FileConfig> {
  @Override
  public String name() {
    return "file";
  }

  @Override
  public FileConfig parse(List<Directive> directives, BlockContext block, Problems problems) {
    var zones = new ArrayList<ZoneFile>();
    Set<DomainName> seen = new HashSet<>();
    for (Directive directive : directives) {
      var in = new DirectiveReader(directive, problems);
      for (ZoneFile zone : zones(in, block, problems)) {
        if (seen.add(zone.origin())) {
          zones.add(zone);
        } else {
          in.complain(zone.origin() + " has a file already; a zone comes from one file");
        }
      }
    }
    return new FileConfig(zones);
  }

  private static List<ZoneFile> zones(DirectiveReader in, BlockContext block, Problems problems) {
    Path file = in.takesAtLeast(1) ? in.argument(0).path(block.folder()).orElse(null) : null;
    List<DomainName> origins = names(in.zonesFrom(1, block.zones()));
    Duration reload =
        in.option("reload").duration(Duration.ZERO, GoDuration.MAX).orElse(ZoneFile.RELOAD_DEFAULT);
    boolean byTime = in.flag("reload_by_mtime");
    DirectiveReader fall = in.option("fallthrough");
    List<DomainName> fallThrough =
        fall.isPresent() ? names(fall.zonesFrom(0, List.of("."))) : List.of();
    in.ignored("upstream", "names outside the zones are asked from this server itself");
    in.done();
    if (file == null) {
      return List.of();
    }
    boolean there = Files.isRegularFile(file);
    if (!there && reload.isZero()) {
      in.complain(file + " is not there, and with reload 0 it would never be looked for");
    } else if (!there) {
      in.warn(
          "%s is not there now; its zones are answered with SERVFAIL until it is".formatted(file));
    }
    var zones = new ArrayList<ZoneFile>();
    for (DomainName origin : origins) {
      Zone loaded = there ? load(in, file, origin, problems) : null;
      zones.add(new ZoneFile(origin, file, reload, byTime, fallThrough, loaded));
    }
    return zones;
  }

  private static @Nullable Zone load(
      DirectiveReader in, Path file, DomainName origin, Problems problems) {
    var warnings = new ArrayList<String>();
    try {
      Zone zone = ZoneLoader.load(file, origin, warnings);
      warnings.forEach(warning -> in.warn(file + ": " + warning));
      return zone;
    } catch (ZoneFileException e) {
      e.mistakes().forEach(m -> problems.add(new Location(m.file(), m.line()), m.reason()));
      return null;
    }
  }

  private static List<DomainName> names(List<String> zones) {
    return zones.stream().map(DomainName::of).toList();
  }

  /** It stands behind {@code kubernetes}, which answers for its zone alone. */
  @Override
  public PrecomputedPath precomputedPath(FileConfig config) {
    return PrecomputedPath.TRANSPARENT;
  }

  @Override
  public List<String> describe(FileConfig config) {
    return config.zones().stream().map(FileFactory::describe).toList();
  }

  private static String describe(ZoneFile file) {
    Zone zone = file.loaded();
    String content =
        zone == null
            ? "not there yet"
            : "serial %d, %d names".formatted(zone.serial(), zone.nameCount());
    return "zone %s from %s: %s".formatted(file.origin(), file.file(), content);
  }

  @Override
  public Plugin create(FileConfig config, BlockContext block, PluginRuntime runtime) {
    return new FilePlugin(config, runtime.scheduler(), Thread::startVirtualThread);
  }
}

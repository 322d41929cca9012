package dev.byname.plugin.hosts;

import dev.byname.wire.DomainName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What {@code hosts} says.
 *
 * @param file read when it is there
 * @param zones names outside these are somebody else's
 * @param inline lines of the Corefile, in the form of the file's
 * @param ttlSeconds 1–65535
 * @param reload how often the file is looked at; zero: once
 * @param reverse whether addresses get PTR records
 * @param fallThrough unknown names below these go on to the next plugin; empty: none do
 * @param fallThroughUnsupported known names too, for types other than A, AAAA and PTR
 */
record HostsConfig(
    Path file,
    List<DomainName> zones,
    String inline,
    int ttlSeconds,
    Duration reload,
    boolean reverse,
    List<DomainName> fallThrough,
    boolean fallThroughUnsupported) {

  boolean serves(DomainName name) {
    return zones.stream().anyMatch(name::isSubdomainOf);
  }

  boolean fallsThrough(DomainName name) {
    return fallThrough.stream().anyMatch(name::isSubdomainOf);
  }
}

package dev.byname.plugin.kubernetes;

import dev.byname.zone.ZoneOptions;
import java.time.Duration;

/**
 * What the {@code kubernetes} directive says.
 *
 * @param zone what answers look like; its {@code localAddresses} are filled in when the plugin is
 *     made
 * @param startupTimeout how long the server waits at start for the first complete picture
 */
public record KubernetesConfig(ZoneOptions zone, PictureSource source, Duration startupTimeout) {
  static final Duration DEFAULT_STARTUP_TIMEOUT = Duration.ofSeconds(5);
}

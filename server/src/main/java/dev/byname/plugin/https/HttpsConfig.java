package dev.byname.plugin.https;

import org.jspecify.annotations.Nullable;

/**
 * What the {@code https} directive says.
 *
 * @param connectionsMax 0 for no bound; null where it says nothing
 */
public record HttpsConfig(@Nullable Integer connectionsMax) {}

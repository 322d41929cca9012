package dev.byname.plugin.local;

/**
 * @param localhostPrefix whether {@code localhost.<any domain>} is this machine too
 */
record LocalConfig(boolean localhostPrefix) {}

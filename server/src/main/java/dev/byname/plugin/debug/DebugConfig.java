package dev.byname.plugin.debug;

/** Nothing to configure. */
record DebugConfig() {}

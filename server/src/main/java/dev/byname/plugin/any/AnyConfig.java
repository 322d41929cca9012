package dev.byname.plugin.any;

/** Nothing to configure. */
record AnyConfig() {}

package dev.byname.plugin.minimal;

/** Nothing to configure. */
record MinimalConfig() {}

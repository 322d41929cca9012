package dev.byname.plugin.whoami;

/** Nothing to configure. */
record WhoamiConfig() {}

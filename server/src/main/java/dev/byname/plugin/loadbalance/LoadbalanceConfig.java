package dev.byname.plugin.loadbalance;

/** {@code round_robin}, the only policy so far. */
record LoadbalanceConfig() {}

package dev.byname.plugin.loop;

import dev.byname.wire.DomainName;

/**
 * Nothing to configure.
 *
 * @param zone the block's first; probes ask below it
 */
record LoopConfig(DomainName zone) {}

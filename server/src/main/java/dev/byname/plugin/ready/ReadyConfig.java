package dev.byname.plugin.ready;

import java.net.InetSocketAddress;

/** What the {@code ready} directive says. */
record ReadyConfig(InetSocketAddress address, boolean continuously) {}

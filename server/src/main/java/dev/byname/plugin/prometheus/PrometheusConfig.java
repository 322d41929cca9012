package dev.byname.plugin.prometheus;

import java.net.InetSocketAddress;

/** What the {@code prometheus} directive says. */
record PrometheusConfig(InetSocketAddress address) {}

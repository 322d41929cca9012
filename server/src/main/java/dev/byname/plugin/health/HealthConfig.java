package dev.byname.plugin.health;

import java.net.InetSocketAddress;
import java.time.Duration;

/** What the {@code health} directive says. */
record HealthConfig(InetSocketAddress address, Duration lameduck) {}

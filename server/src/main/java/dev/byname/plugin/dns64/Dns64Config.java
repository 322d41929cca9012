package dev.byname.plugin.dns64;

import dev.byname.corefile.Cidr;

/**
 * What {@code dns64} says.
 *
 * @param prefix IPv6, of 32 to 96 bits, whole bytes
 * @param translateAll also where there are AAAA records
 * @param allowIpv4 also for clients that ask over IPv4
 */
record Dns64Config(Cidr prefix, boolean translateAll, boolean allowIpv4) {}

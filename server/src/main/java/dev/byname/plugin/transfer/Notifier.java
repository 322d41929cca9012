package dev.byname.plugin.transfer;

import dev.byname.rdata.ResourceRecord;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Tells a secondary that a zone has changed (RFC 1996). */
@FunctionalInterface
interface Notifier {
  /**
   * Waits until the secondary has acknowledged.
   *
   * @param soa the zone's new SOA record, as a hint (RFC 1996 section 3.7)
   * @param source the address to send from; null for the system's choice
   * @return empty, or why it could not be told
   */
  String tell(ResourceRecord soa, InetSocketAddress secondary, @Nullable InetAddress source);
}

/**
 * Which ClusterIPs and node ports are taken, and which to give next: pure values and arithmetic. No
 * clock, no input or output; randomness is handed in.
 *
 * <p>A {@link dev.byname.resolverconfig.allocation.ValueRange range} numbers its values from 0 (the
 * <em>offset</em>). The lowest offsets form the static band, where people ask for values by hand;
 * the rest is the dynamic band, where values are picked (KEP-3070 for addresses, KEP-3668 for
 * ports), so that both rarely meet. An {@link dev.byname.resolverconfig.allocation.Allocator}
 * remembers what is taken; {@link dev.byname.resolverconfig.allocation.RangeAllocation} is the form
 * in which the Kubernetes API server stores the same.
 *
 * <p>Memory follows what is allocated, not how wide the range is: up to 2<sup>20</sup> values are
 * kept as bits in blocks that appear when used, wider ranges (an IPv6 /64 has 2<sup>64</sup>) as
 * runs.
 */
@NullMarked
package dev.byname.resolverconfig.allocation;

import org.jspecify.annotations.NullMarked;

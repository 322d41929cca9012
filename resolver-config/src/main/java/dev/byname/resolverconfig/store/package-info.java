/**
 * Where Services and their allocations are kept: keys with values, changed by transactions that
 * take place whole or not at all. Two stores: a folder for one machine and etcd for any number of
 * writers. What the values mean is the {@code registry}'s business.
 *
 * <p>Keys are the API server's without its prefix: {@code services/specs/default/web}, {@code
 * ranges/serviceips}. In a folder the value is the file {@code services/specs/default/web.json}, so
 * that a server watching the folder serves it; in etcd it is the key {@code
 * /registry/services/specs/default/web}.
 */
@NullMarked
package dev.byname.resolverconfig.store;

import org.jspecify.annotations.NullMarked;

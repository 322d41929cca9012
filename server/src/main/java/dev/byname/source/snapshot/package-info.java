/**
 * The last known good picture of the cluster, in a file ({@code snapshot FILE}).
 *
 * <p>While the cluster's source is connected, {@link dev.byname.source.snapshot.Snapshot} writes
 * the picture behind the back of everything else: after changes, at a bounded rate, and from time
 * to time without changes, so that the file tells until when it was right. At the next start the
 * file is put into the picture before any source is asked, so cluster names are answered in the
 * first millisecond, also when neither the API server nor etcd can be reached. The first complete
 * list of the source then replaces it: what the source does not have is removed.
 *
 * <p>The file is one block, written beside its name and renamed into place, so a crash leaves the
 * old or the new one. It carries a version, the origin it was taken from and a CRC-32C; what is
 * damaged, of another cluster, of an unknown version or too old is refused with the reason, and
 * Byname starts as if there were none.
 */
@NullMarked
package dev.byname.source.snapshot;

import org.jspecify.annotations.NullMarked;

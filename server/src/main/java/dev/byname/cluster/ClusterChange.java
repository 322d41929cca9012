package dev.byname.cluster;

import java.util.Set;

/**
 * What one batch of changes touched: the keys whose state is to be read again.
 *
 * @param synced whether the picture is complete (every source has delivered its first list)
 */
public record ClusterChange(
    Set<ObjectKey> services,
    Set<ObjectKey> imports,
    Set<String> namespaces,
    Set<ObjectKey> pods,
    boolean synced) {}

package dev.byname.cluster;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A service of the cluster set and the endpoints that each cluster exports. Immutable. */
public record ServiceImportView(
    ObjectKey key, @Nullable ServiceImport service, List<EndpointSlice> slices) {
  public ServiceImportView {
    slices = List.copyOf(slices);
  }
}

package dev.byname.cluster;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A service and its endpoints at one moment. Immutable; a change makes a new one.
 *
 * @param service null when only slices are known so far: their endpoints still have PTR records
 * @param slices the EndpointSlices in the order of their names, or the Endpoints object where there
 *     is no slice
 */
public record ServiceView(ObjectKey key, @Nullable Service service, List<EndpointSlice> slices) {
  public ServiceView {
    slices = List.copyOf(slices);
  }

  /** Whether the endpoint is to be published: it is ready, or the service does not care. */
  public boolean published(EndpointSlice slice, int index) {
    return slice.ready(index) || publishesNotReady();
  }

  /** Whether endpoints are published that are not ready. */
  public boolean publishesNotReady() {
    return service != null && service.publishNotReadyAddresses();
  }
}

package dev.byname.source;

import dev.byname.cluster.ClusterObject.Kind;
import dev.byname.cluster.LabelSelector;

/**
 * What a decoder keeps; the rest costs no memory.
 *
 * @param labels of Services, EndpointSlices and Pods to see; namespaces are never filtered by it
 * @param endpoints whether EndpointSlices and Endpoints are wanted
 * @param pods whether Pods are wanted ({@code pods verified})
 * @param podNames whether endpoints remember their pod's name ({@code endpoint_pod_names}, the
 *     lookup API)
 * @param imports whether ServiceImports are wanted ({@code multicluster})
 */
public record DecodeOptions(
    LabelSelector labels, boolean endpoints, boolean pods, boolean podNames, boolean imports) {
  public static final DecodeOptions ALL =
      new DecodeOptions(LabelSelector.EVERYTHING, true, true, true, true);

  /** Whether any object of the kind is wanted. */
  public boolean wants(Kind kind) {
    return switch (kind) {
      case SERVICE, NAMESPACE -> true;
      case ENDPOINT_SLICE, ENDPOINTS -> endpoints;
      case POD -> pods;
      case SERVICE_IMPORT -> imports;
    };
  }
}

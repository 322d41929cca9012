package dev.byname.source;

import dev.byname.cluster.LabelSelector;

/**
 * What a decoder keeps; the rest costs no memory.
 *
 * @param labels of Services, EndpointSlices and Pods to see; namespaces are never filtered by it
 * @param pods whether Pods are wanted ({@code pods verified})
 * @param podNames whether endpoints remember their pod's name ({@code endpoint_pod_names}, the
 *     lookup API)
 */
public record DecodeOptions(LabelSelector labels, boolean pods, boolean podNames) {
  public static final DecodeOptions ALL = new DecodeOptions(LabelSelector.EVERYTHING, true, true);
}

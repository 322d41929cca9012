package dev.byname.source.etcd;

import com.google.protobuf.ByteString;
import dev.byname.source.Tree;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Kubernetes objects in protobuf, as the API server stores them: four bytes {@code k8s\0}, then a
 * {@code runtime.Unknown} that names the object's type and holds its bytes.
 *
 * <p>The numbers are those of {@code generated.proto} in k8s.io/apimachinery ({@code pkg/runtime},
 * {@code pkg/apis/meta/v1}) and k8s.io/api ({@code core/v1}, {@code discovery/v1}, {@code
 * discovery/v1beta1}). The Kubernetes API promises never to reuse one, and only the fields that the
 * decoder looks at are listed.
 */
final class KubernetesProtobuf {
  static final ByteString MAGIC = ByteString.copyFrom(new byte[] {'k', '8', 's', 0});

  private static final int UNKNOWN_TYPE_META = 1;
  private static final int UNKNOWN_RAW = 2;
  private static final int UNKNOWN_CONTENT_ENCODING = 3;

  private static final ProtobufMessage TYPE_META =
      new ProtobufMessage().text(1, "apiVersion").text(2, "kind");

  private static final ProtobufMessage OBJECT_META =
      new ProtobufMessage()
          .text(1, "name")
          .text(3, "namespace")
          .textMap(11, "labels")
          .textMap(12, "annotations");

  private static final ProtobufMessage OBJECT_REFERENCE =
      new ProtobufMessage().text(1, "kind").text(2, "namespace").text(3, "name");

  private static final ProtobufMessage NAMESPACE =
      new ProtobufMessage().message(1, "metadata", OBJECT_META);

  private static final ProtobufMessage SERVICE =
      new ProtobufMessage()
          .message(1, "metadata", OBJECT_META)
          .message(
              2,
              "spec",
              new ProtobufMessage()
                  .messages(
                      1,
                      "ports",
                      new ProtobufMessage()
                          .text(1, "name")
                          .text(2, "protocol")
                          .number(3, "port")
                          .number(5, "nodePort"))
                  .textMap(2, "selector")
                  .text(3, "clusterIP")
                  .text(4, "type")
                  .texts(5, "externalIPs")
                  .text(10, "externalName")
                  .flag(13, "publishNotReadyAddresses")
                  .texts(18, "clusterIPs"))
          .message(
              3,
              "status",
              new ProtobufMessage()
                  .message(
                      1,
                      "loadBalancer",
                      new ProtobufMessage()
                          .messages(
                              1,
                              "ingress",
                              new ProtobufMessage().text(1, "ip").text(2, "hostname"))));

  private static final ProtobufMessage ENDPOINT_ADDRESS =
      new ProtobufMessage()
          .text(1, "ip")
          .message(2, "targetRef", OBJECT_REFERENCE)
          .text(3, "hostname")
          .text(4, "nodeName");

  private static final ProtobufMessage ENDPOINTS =
      new ProtobufMessage()
          .message(1, "metadata", OBJECT_META)
          .messages(
              2,
              "subsets",
              new ProtobufMessage()
                  .messages(1, "addresses", ENDPOINT_ADDRESS)
                  .messages(2, "notReadyAddresses", ENDPOINT_ADDRESS)
                  .messages(
                      3,
                      "ports",
                      new ProtobufMessage().text(1, "name").number(2, "port").text(3, "protocol")));

  private static final ProtobufMessage POD =
      new ProtobufMessage()
          .message(1, "metadata", OBJECT_META)
          .message(
              3,
              "status",
              new ProtobufMessage()
                  .text(1, "phase")
                  .text(6, "podIP")
                  .messages(12, "podIPs", new ProtobufMessage().text(1, "ip")));

  private static final ProtobufMessage ENDPOINT_SLICE_V1 =
      endpointSlice(endpoint().textMap(5, "deprecatedTopology").text(7, "zone"));

  /** Field 7 of an endpoint is its hints here; the zone is in its topology. */
  private static final ProtobufMessage ENDPOINT_SLICE_V1BETA1 =
      endpointSlice(endpoint().textMap(5, "topology"));

  private static final Map<String, ProtobufMessage> MESSAGES =
      Map.of(
          "v1 Namespace",
          NAMESPACE,
          "v1 Service",
          SERVICE,
          "v1 Endpoints",
          ENDPOINTS,
          "v1 Pod",
          POD,
          "discovery.k8s.io/v1 EndpointSlice",
          ENDPOINT_SLICE_V1,
          "discovery.k8s.io/v1beta1 EndpointSlice",
          ENDPOINT_SLICE_V1BETA1);

  private KubernetesProtobuf() {}

  private static ProtobufMessage endpoint() {
    return new ProtobufMessage()
        .texts(1, "addresses")
        .message(
            2,
            "conditions",
            new ProtobufMessage().flag(1, "ready").flag(2, "serving").flag(3, "terminating"))
        .text(3, "hostname")
        .message(4, "targetRef", OBJECT_REFERENCE)
        .text(6, "nodeName");
  }

  private static ProtobufMessage endpointSlice(ProtobufMessage endpoint) {
    return new ProtobufMessage()
        .message(1, "metadata", OBJECT_META)
        .messages(2, "endpoints", endpoint)
        .messages(
            3, "ports", new ProtobufMessage().text(1, "name").text(2, "protocol").number(3, "port"))
        .text(4, "addressType");
  }

  /**
   * Reads a value that begins with {@link #MAGIC}.
   *
   * @throws IOException with a message for the operator, when it is not what it seems
   */
  static Tree read(ByteString value) throws IOException {
    var in = value.substring(MAGIC.size()).newCodedInput();
    Map<String, Tree> type = Map.of();
    ByteString raw = ByteString.EMPTY;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag >>> 3) {
        case UNKNOWN_TYPE_META -> type = TYPE_META.read(in.readBytes().newCodedInput());
        case UNKNOWN_RAW -> raw = in.readBytes();
        case UNKNOWN_CONTENT_ENCODING -> {
          var encoding = in.readStringRequireUtf8();
          if (!encoding.isEmpty()) {
            throw new IOException("it is encoded as " + encoding + ", which is not known");
          }
        }
        default -> in.skipField(tag);
      }
    }
    var name = text(type.get("apiVersion")) + " " + text(type.get("kind"));
    var message = MESSAGES.get(name);
    if (message == null) {
      throw new IOException(
          "it is a protobuf " + name + "; this Byname knows " + MESSAGES.keySet());
    }
    var object = new LinkedHashMap<>(type);
    object.putAll(message.read(raw.newCodedInput()));
    return Tree.of(object);
  }

  private static String text(@Nullable Tree scalar) {
    return scalar instanceof Tree.Scalar(_, var text, _) ? text : "?";
  }
}

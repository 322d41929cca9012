package dev.byname.source.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.byname.cluster.ClusterObject;
import dev.byname.cluster.EndpointSlice;
import dev.byname.cluster.IpAddress;
import dev.byname.cluster.Namespace;
import dev.byname.cluster.ObjectKey;
import dev.byname.cluster.Pod;
import dev.byname.cluster.Port;
import dev.byname.cluster.Service;
import dev.byname.cluster.ServiceImport;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a picture in the form that {@link SnapshotDecoder} reads. Records are taken apart by
 * patterns, so a component added to one of them stops the build here: then {@link #VERSION} is due
 * for an increase.
 *
 * <pre>
 * magic      8 bytes
 * version    2 bytes
 * asOf       8 bytes, milliseconds since 1970
 * origin     text
 * objects    each a tag byte and its fields; then a zero byte
 * checksum   4 bytes, CRC-32C of all that comes before
 *
 * number     LEB128, 7 bits a byte, least significant first
 * text       number of bytes, then UTF-8
 * shared     0: none; 1: a text that is seen for the first time; n: the (n-2)th such text
 * </pre>
 */
final class SnapshotEncoder {
  /** Like PNG's, it does not survive a transfer that touches line ends or strips the eighth bit. */
  static final byte[] MAGIC = {(byte) 0x9b, 'B', 'Y', 'N', 'A', 'M', '\r', '\n'};

  static final int VERSION = 1;

  static final int END = 0;
  static final int SERVICE = 1;
  static final int SERVICE_IMPORT = 2;
  static final int ENDPOINT_SLICE = 3;
  static final int ENDPOINTS = 4;
  static final int NAMESPACE = 5;
  static final int POD = 6;

  static final int HEADLESS = 1;
  static final int PUBLISH_NOT_READY = 2;
  static final int HAS_SELECTOR = 4;

  static final int READY = 1;
  static final int SERVING = 2;
  static final int TERMINATING = 4;
  static final int DETAILED = 8;

  private final DataOutputStream out;
  private final Map<String, Integer> shared = new HashMap<>();

  private SnapshotEncoder(OutputStream out) {
    this.out = new DataOutputStream(out);
  }

  /** Writes the picture; flushes, but does not close the stream. */
  static void write(Picture picture, OutputStream target) throws IOException {
    var checksum = new CRC32C();
    var encoder = new SnapshotEncoder(new CheckedOutputStream(target, checksum));
    encoder.picture(picture);
    encoder.out.flush();
    var trailer = new DataOutputStream(target);
    trailer.writeInt((int) checksum.getValue());
    trailer.flush();
  }

  private void picture(Picture picture) throws IOException {
    out.write(MAGIC);
    out.writeShort(VERSION);
    out.writeLong(picture.asOf().toEpochMilli());
    text(picture.origin());
    for (ClusterObject object : picture.objects()) {
      object(object);
    }
    out.writeByte(END);
  }

  private void object(ClusterObject object) throws IOException {
    switch (object) {
      case Service(
              var key,
              var type,
              var clusterIps,
              var headless,
              var ports,
              var externalName,
              var externalAddresses,
              var publishNotReady,
              var hasSelector) -> {
        out.writeByte(SERVICE);
        key(key);
        out.writeByte(tagOf(type));
        out.writeByte(
            (headless ? HEADLESS : 0)
                | (publishNotReady ? PUBLISH_NOT_READY : 0)
                | (hasSelector ? HAS_SELECTOR : 0));
        addresses(clusterIps);
        ports(ports);
        text(externalName);
        number(externalAddresses.size());
        for (String address : externalAddresses) {
          text(address);
        }
      }
      case ServiceImport(var key, var clusterSetIps, var headless, var ports) -> {
        out.writeByte(SERVICE_IMPORT);
        key(key);
        out.writeByte(headless ? HEADLESS : 0);
        addresses(clusterSetIps);
        ports(ports);
      }
      case EndpointSlice slice -> slice(slice);
      case Namespace(var name, var labels) -> {
        out.writeByte(NAMESPACE);
        text(name);
        number(labels.size());
        for (var label : labels.entrySet()) {
          shared(label.getKey());
          shared(label.getValue());
        }
      }
      case Pod(var key, var addresses) -> {
        out.writeByte(POD);
        key(key);
        addresses(addresses);
      }
    }
  }

  private void slice(EndpointSlice slice) throws IOException {
    out.writeByte(slice.kind() == ClusterObject.Kind.ENDPOINTS ? ENDPOINTS : ENDPOINT_SLICE);
    key(slice.key());
    shared(slice.serviceName());
    shared(slice.clusterId());
    ports(slice.ports());
    number(slice.size());
    for (int i = 0; i < slice.size(); i++) {
      var hostname = slice.hostname(i);
      var podName = slice.podName(i);
      var zone = slice.topologyZone(i);
      var node = slice.nodeName(i);
      boolean detailed = hostname != null || podName != null || zone != null || node != null;
      out.writeByte(
          (slice.ready(i) ? READY : 0)
              | (slice.serving(i) ? SERVING : 0)
              | (slice.terminating(i) ? TERMINATING : 0)
              | (detailed ? DETAILED : 0));
      address(slice.address(i));
      if (detailed) {
        shared(hostname);
        shared(podName);
        shared(zone);
        shared(node);
      }
    }
  }

  private void key(ObjectKey key) throws IOException {
    shared(key.namespace());
    text(key.name());
  }

  private void addresses(Collection<IpAddress> addresses) throws IOException {
    number(addresses.size());
    for (IpAddress address : addresses) {
      address(address);
    }
  }

  private void address(IpAddress address) throws IOException {
    byte[] bytes = address.toBytes();
    out.writeByte(bytes.length);
    out.write(bytes);
  }

  private void ports(List<Port> ports) throws IOException {
    number(ports.size());
    for (Port port : ports) {
      shared(port.name());
      out.writeByte(
          switch (port.protocol()) {
            case TCP -> 0;
            case UDP -> 1;
            case SCTP -> 2;
          });
      number(port.number() == Port.NONE ? 0 : port.number());
    }
  }

  private static int tagOf(Service.Type type) {
    return switch (type) {
      case CLUSTER_IP -> 0;
      case NODE_PORT -> 1;
      case LOAD_BALANCER -> 2;
      case EXTERNAL_NAME -> 3;
    };
  }

  private void shared(@Nullable String text) throws IOException {
    if (text == null) {
      number(0);
      return;
    }
    Integer index = shared.putIfAbsent(text, shared.size());
    if (index != null) {
      number(index + 2);
      return;
    }
    number(1);
    text(text);
  }

  private void text(String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    number(bytes.length);
    out.write(bytes);
  }

  private void number(int value) throws IOException {
    int rest = value;
    while ((rest & ~0x7f) != 0) {
      out.writeByte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.writeByte(rest);
  }
}

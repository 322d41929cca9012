package dev.byname.source.snapshot;

import dev.byname.cluster.ClusterObject;
import dev.byname.cluster.EndpointSlice;
import dev.byname.cluster.IpAddress;
import dev.byname.cluster.Namespace;
import dev.byname.cluster.ObjectKey;
import dev.byname.cluster.Pod;
import dev.byname.cluster.Port;
import dev.byname.cluster.Protocol;
import dev.byname.cluster.Service;
import dev.byname.cluster.ServiceImport;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link SnapshotEncoder} wrote. Safe with any bytes: nothing is allocated in advance by
 * a count that the file merely claims, and whatever does not fit is refused.
 */
final class SnapshotDecoder {
  private static final int HEADER_BYTES = SnapshotEncoder.MAGIC.length + 2;
  private static final int CHECKSUM_BYTES = 4;

  private final ByteBuffer in;
  private final List<String> shared = new ArrayList<>();

  private SnapshotDecoder(ByteBuffer in) {
    this.in = in;
  }

  /** Reads a whole file. */
  static Picture read(byte[] file) throws RefusedException {
    if (file.length < HEADER_BYTES + CHECKSUM_BYTES
        || !Arrays.equals(
            file,
            0,
            SnapshotEncoder.MAGIC.length,
            SnapshotEncoder.MAGIC,
            0,
            SnapshotEncoder.MAGIC.length)) {
      throw new RefusedException("it is not a Byname snapshot");
    }
    var buffer = ByteBuffer.wrap(file);
    // Before the checksum, which a later version may place or compute otherwise.
    int version = buffer.getShort(SnapshotEncoder.MAGIC.length);
    if (version != SnapshotEncoder.VERSION) {
      throw new RefusedException(
          "it has version " + version + ", this Byname reads " + SnapshotEncoder.VERSION);
    }
    int end = file.length - CHECKSUM_BYTES;
    var checksum = new CRC32C();
    checksum.update(file, 0, end);
    if ((int) checksum.getValue() != buffer.getInt(end)) {
      throw new RefusedException("it is damaged: its checksum does not match");
    }
    return readBody(buffer.slice(HEADER_BYTES, end - HEADER_BYTES));
  }

  /** Reads what stands between the version and the checksum. */
  static Picture readBody(ByteBuffer body) throws RefusedException {
    try {
      return new SnapshotDecoder(body).picture();
    } catch (BufferUnderflowException short_) {
      throw new RefusedException("it is damaged: it ends too early");
    } catch (CharacterCodingException foreign) {
      throw new RefusedException("it is damaged: a text is not UTF-8");
    }
  }

  private Picture picture() throws RefusedException, CharacterCodingException {
    var asOf = Instant.ofEpochMilli(in.getLong());
    var origin = text();
    var objects = new ArrayList<ClusterObject>();
    for (int tag = in.get(); tag != SnapshotEncoder.END; tag = in.get()) {
      objects.add(object(tag));
    }
    if (in.hasRemaining()) {
      throw new RefusedException("it is damaged: " + in.remaining() + " bytes after its end");
    }
    return new Picture(asOf, origin, objects);
  }

  private ClusterObject object(int tag) throws RefusedException, CharacterCodingException {
    return switch (tag) {
      case SnapshotEncoder.SERVICE -> service();
      case SnapshotEncoder.SERVICE_IMPORT -> {
        var key = key();
        int flags = in.get();
        yield new ServiceImport(key, addresses(), (flags & SnapshotEncoder.HEADLESS) != 0, ports());
      }
      case SnapshotEncoder.ENDPOINT_SLICE -> {
        var key = key();
        yield slice(EndpointSlice.builder(key, sharedText()));
      }
      case SnapshotEncoder.ENDPOINTS -> {
        var key = key();
        yield slice(EndpointSlice.endpointsBuilder(key, sharedText()));
      }
      case SnapshotEncoder.NAMESPACE -> namespace();
      case SnapshotEncoder.POD -> new Pod(key(), addresses());
      default -> throw new RefusedException("it is damaged: unknown tag " + tag);
    };
  }

  private Service service() throws RefusedException, CharacterCodingException {
    var key = key();
    var type =
        switch (in.get()) {
          case 0 -> Service.Type.CLUSTER_IP;
          case 1 -> Service.Type.NODE_PORT;
          case 2 -> Service.Type.LOAD_BALANCER;
          case 3 -> Service.Type.EXTERNAL_NAME;
          default -> throw new RefusedException("it is damaged: unknown service type");
        };
    int flags = in.get();
    var clusterIps = addresses();
    var ports = ports();
    var externalName = text();
    int externals = count(1);
    var externalAddresses = new ArrayList<String>(externals);
    for (int i = 0; i < externals; i++) {
      externalAddresses.add(text());
    }
    return new Service(
        key,
        type,
        clusterIps,
        (flags & SnapshotEncoder.HEADLESS) != 0,
        ports,
        externalName,
        externalAddresses,
        (flags & SnapshotEncoder.PUBLISH_NOT_READY) != 0,
        (flags & SnapshotEncoder.HAS_SELECTOR) != 0);
  }

  private EndpointSlice slice(EndpointSlice.Builder slice)
      throws RefusedException, CharacterCodingException {
    slice.clusterId(shared());
    ports().forEach(slice::port);
    int endpoints = count(6);
    for (int i = 0; i < endpoints; i++) {
      int flags = in.get();
      var address = address();
      boolean detailed = (flags & SnapshotEncoder.DETAILED) != 0;
      slice.endpoint(
          address,
          (flags & SnapshotEncoder.READY) != 0,
          (flags & SnapshotEncoder.SERVING) != 0,
          (flags & SnapshotEncoder.TERMINATING) != 0,
          detailed ? shared() : null,
          detailed ? shared() : null,
          detailed ? shared() : null,
          detailed ? shared() : null);
    }
    return slice.build();
  }

  private Namespace namespace() throws RefusedException, CharacterCodingException {
    var name = text();
    int count = count(2);
    Map<String, String> labels = HashMap.newHashMap(count);
    for (int i = 0; i < count; i++) {
      labels.put(sharedText(), sharedText());
    }
    return new Namespace(name, labels);
  }

  private ObjectKey key() throws RefusedException, CharacterCodingException {
    return new ObjectKey(sharedText(), text());
  }

  private List<IpAddress> addresses() throws RefusedException {
    int count = count(5);
    var addresses = new ArrayList<IpAddress>(count);
    for (int i = 0; i < count; i++) {
      addresses.add(address());
    }
    return addresses;
  }

  private IpAddress address() throws RefusedException {
    int length = in.get();
    if (length != 4 && length != 16) {
      throw new RefusedException("it is damaged: an address of " + length + " bytes");
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return IpAddress.of(bytes);
  }

  private List<Port> ports() throws RefusedException, CharacterCodingException {
    int count = count(3);
    var ports = new ArrayList<Port>(count);
    for (int i = 0; i < count; i++) {
      var name = sharedText();
      var protocol =
          switch (in.get()) {
            case 0 -> Protocol.TCP;
            case 1 -> Protocol.UDP;
            case 2 -> Protocol.SCTP;
            default -> throw new RefusedException("it is damaged: unknown protocol");
          };
      int number = number();
      if (number > 65535) {
        throw new RefusedException("it is damaged: port " + number);
      }
      ports.add(new Port(name, protocol, number == 0 ? Port.NONE : number));
    }
    return ports;
  }

  private String sharedText() throws RefusedException, CharacterCodingException {
    var text = shared();
    if (text == null) {
      throw new RefusedException("it is damaged: a name is missing");
    }
    return text;
  }

  private @Nullable String shared() throws RefusedException, CharacterCodingException {
    int reference = number();
    if (reference == 0) {
      return null;
    }
    if (reference == 1) {
      var text = text();
      shared.add(text);
      return text;
    }
    if (reference - 2 >= shared.size()) {
      throw new RefusedException("it is damaged: a name that was never given");
    }
    return shared.get(reference - 2);
  }

  private String text() throws RefusedException, CharacterCodingException {
    int length = count(1);
    var bytes = in.slice(in.position(), length);
    in.position(in.position() + length);
    return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
  }

  /**
   * A number of things that take at least so many bytes each; one that cannot be true is refused
   * before anything is made for it.
   */
  private int count(int bytesEachMin) throws RefusedException {
    int count = number();
    if (count > in.remaining() / bytesEachMin) {
      throw new RefusedException("it is damaged: a count of " + count + " does not fit");
    }
    return count;
  }

  /** 0 to 2^31-1. */
  private int number() throws RefusedException {
    int value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      int bits = in.get();
      value |= (bits & 0x7f) << shift;
      if (bits >= 0) {
        if (value < 0 || (shift == 28 && bits > 7)) {
          break;
        }
        return value;
      }
    }
    throw new RefusedException("it is damaged: a number is too large");
  }
}

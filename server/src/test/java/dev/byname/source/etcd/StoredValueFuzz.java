package dev.byname.source.etcd;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import dev.byname.source.DecodeOptions;
import dev.byname.source.ObjectDecoder;
import java.util.Objects;

/** Values under the API server's keys: whoever can write to etcd must not be able to stop us. */
class StoredValueFuzz {
  @FuzzTest
  void anyBytes(byte[] bytes) {
    read(ByteString.copyFrom(bytes));
  }

  @FuzzTest
  void protobuf(byte[] bytes) {
    read(KubernetesProtobuf.MAGIC.concat(ByteString.copyFrom(bytes)));
  }

  private static void read(ByteString value) {
    if (StoredValue.of(value) instanceof StoredValue.KubernetesObject(var tree)) {
      Objects.requireNonNull(new ObjectDecoder(DecodeOptions.ALL).decodeObject(tree));
    }
  }
}

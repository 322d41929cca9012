package dev.byname.source.etcd;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.ByteString;
import dev.byname.source.JsonTree;
import dev.byname.source.Tree;
import dev.byname.source.TreeSyntaxException;
import java.io.IOException;

/** What the bytes under a key of the API server's are. */
sealed interface StoredValue {
  /** An object, in JSON or protobuf, and what it says. */
  record KubernetesObject(Tree object) implements StoredValue {}

  /**
   * Encrypted by the API server before it was stored.
   *
   * @param transformer its provider, version and key's name, {@code aescbc:v1:key1}; no secret
   */
  record Encrypted(String transformer) implements StoredValue {}

  /**
   * Neither.
   *
   * @param reason for the log
   */
  record Unreadable(String reason) implements StoredValue {}

  /** EncryptionConfiguration puts {@code k8s:enc:PROVIDER:VERSION:KEY:} before each value. */
  ByteString ENCRYPTED_PREFIX = ByteString.copyFromUtf8("k8s:enc:");

  static StoredValue of(ByteString value) {
    if (value.startsWith(KubernetesProtobuf.MAGIC)) {
      try {
        return new KubernetesObject(KubernetesProtobuf.read(value));
      } catch (IOException broken) {
        return new Unreadable("its protobuf cannot be read: " + broken.getMessage());
      }
    }
    if (value.startsWith(ENCRYPTED_PREFIX)) {
      return new Encrypted(transformer(value));
    }
    if (value.isEmpty()) {
      return new Unreadable("its value is empty");
    }
    if (value.byteAt(0) != '{') {
      return new Unreadable("its value is neither JSON nor protobuf");
    }
    try {
      return new KubernetesObject(JsonTree.read(value.toByteArray()));
    } catch (TreeSyntaxException broken) {
      return new Unreadable("its JSON cannot be read: " + broken.getMessage());
    }
  }

  private static String transformer(ByteString value) {
    int start = ENCRYPTED_PREFIX.size();
    int end = start;
    int colons = 0;
    while (end < value.size() && end < start + 100) {
      byte b = value.byteAt(end);
      if (b == ':' && ++colons == 3) {
        break;
      }
      if (b <= ' ' || b == 0x7f) {
        break; // the name is over, and what follows is nothing for a log
      }
      end++;
    }
    return value.substring(start, end).toString(US_ASCII);
  }
}

package dev.byname.resolverconfig.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The changes of one transaction as a file: a mark of eight letters, then per change the key and
 * the value (length −1: delete), then the SHA-256 of all before it.
 *
 * @param puts values by key
 * @param deletes keys
 */
record Journal(NavigableMap<String, byte[]> puts, Set<String> deletes) {
  private static final byte[] MARK = "BYNAMEJ1".getBytes(US_ASCII);
  private static final int DIGEST_BYTES = 32;

  byte[] encode() {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      out.write(MARK);
      out.writeInt(puts.size() + deletes.size());
      for (var put : puts.entrySet()) {
        out.writeUTF(put.getKey());
        out.writeInt(put.getValue().length);
        out.write(put.getValue());
      }
      for (var key : deletes) {
        out.writeUTF(key);
        out.writeInt(-1);
      }
    } catch (IOException impossible) {
      throw new AssertionError("writing to memory", impossible);
    }
    bytes.writeBytes(sha256(bytes.toByteArray()));
    return bytes.toByteArray();
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IOException when it is anything else
   */
  static Journal decode(byte[] file) throws IOException {
    var bodyLength = file.length - DIGEST_BYTES;
    if (bodyLength < MARK.length
        || !Arrays.equals(file, 0, MARK.length, MARK, 0, MARK.length)
        || !Arrays.equals(
            sha256(Arrays.copyOf(file, bodyLength)),
            Arrays.copyOfRange(file, bodyLength, file.length))) {
      throw new IOException("its checksum does not match its content");
    }
    var puts = new TreeMap<String, byte[]>();
    var deletes = new TreeSet<String>();
    try (var in = new DataInputStream(new ByteArrayInputStream(file, 0, bodyLength))) {
      in.skipNBytes(MARK.length);
      for (var left = in.readInt(); left > 0; left--) {
        var key = in.readUTF();
        var length = in.readInt();
        if (length < 0) {
          deletes.add(key);
        } else {
          puts.put(key, in.readNBytes(length));
        }
      }
    }
    return new Journal(puts, deletes);
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every Java platform has SHA-256", impossible);
    }
  }
}

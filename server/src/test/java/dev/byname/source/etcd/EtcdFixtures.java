package dev.byname.source.etcd;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files of {@code test-fixtures/etcd}. */
final class EtcdFixtures {
  private EtcdFixtures() {}

  static ByteString read(String name) {
    try {
      return ByteString.copyFrom(
          Files.readAllBytes(
              Path.of(System.getProperty("byname.root", ".."), "test-fixtures/etcd", name)));
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
  }
}

package dev.byname.source.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotFormatTest {
  private static final Instant AS_OF = Instant.parse("2026-05-04T03:02:01.234Z");

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void readsWhatWasWritten(long seed) throws Exception {
    var picture =
        new Picture(AS_OF, "etcd \u00fcber https://a:2379", new RandomObjects(seed).list(300));
    assertThat(SnapshotDecoder.read(bytes(picture))).isEqualTo(picture);
  }

  @Test
  void anEmptyClusterIsAPictureToo() throws Exception {
    var picture = new Picture(AS_OF, "", List.of());
    assertThat(SnapshotDecoder.read(bytes(picture))).isEqualTo(picture);
  }

  @Test
  void everyDamagedByteIsNoticed() throws Exception {
    byte[] good = bytes(new Picture(AS_OF, "test", new RandomObjects(9).list(40)));
    for (int i = 0; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= 0x10;
      assertThatThrownBy(() -> SnapshotDecoder.read(bad)).isInstanceOf(RefusedException.class);
    }
  }

  @Test
  void everyTruncatedFileIsNoticed() throws Exception {
    byte[] good = bytes(new Picture(AS_OF, "test", new RandomObjects(10).list(20)));
    for (int length = 0; length < good.length; length++) {
      byte[] cut = Arrays.copyOf(good, length);
      assertThatThrownBy(() -> SnapshotDecoder.read(cut)).isInstanceOf(RefusedException.class);
    }
  }

  @Test
  void anotherVersionIsRefusedByItsNumber() throws Exception {
    byte[] newer = bytes(new Picture(AS_OF, "test", List.of()));
    ByteBuffer.wrap(newer).putShort(SnapshotEncoder.MAGIC.length, (short) 7);
    assertThatThrownBy(() -> SnapshotDecoder.read(newer))
        .isInstanceOf(RefusedException.class)
        .hasMessage("it has version 7, this Byname reads 1");
  }

  @Test
  void anotherFileIsNoSnapshot() {
    assertThatThrownBy(
            () -> SnapshotDecoder.read("apiVersion: v1\nkind: Service\n".getBytes(UTF_8)))
        .isInstanceOf(RefusedException.class)
        .hasMessage("it is not a Byname snapshot");
  }

  /** A checksum proves nothing about a file that was made to hurt. */
  @Test
  void damageUnderAGoodChecksumIsRefusedToo() throws Exception {
    byte[] good = bytes(new Picture(AS_OF, "test", new RandomObjects(11).list(30)));
    var random = new Random(12);
    for (int round = 0; round < 20_000; round++) {
      byte[] bad = good.clone();
      for (int i = 1 + random.nextInt(4); i > 0; i--) {
        bad[10 + random.nextInt(bad.length - 14)] = (byte) random.nextInt();
      }
      seal(bad);
      try {
        assertThat(SnapshotDecoder.read(bad).objects()).hasSizeLessThan(bad.length);
      } catch (RefusedException expected) {
        assertThat(expected).hasMessageStartingWith("it is damaged: ");
      }
    }
  }

  @Test
  void tenThousandServicesTakeFewMegabytes() throws Exception {
    byte[] file = bytes(new Picture(AS_OF, "test", new RandomObjects(13).list(20_000)));
    assertThat(file.length).isLessThan(8 << 20);
  }

  static byte[] bytes(Picture picture) throws IOException {
    var out = new ByteArrayOutputStream();
    SnapshotEncoder.write(picture, out);
    return out.toByteArray();
  }

  private static void seal(byte[] file) {
    var checksum = new CRC32C();
    checksum.update(file, 0, file.length - 4);
    ByteBuffer.wrap(file).putInt(file.length - 4, (int) checksum.getValue());
  }
}

package dev.byname.source.snapshot;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.List;
import org.assertj.core.api.Assertions;

/** Any bytes: a picture or a refusal, never another exception, never more memory than the file. */
class SnapshotFuzz {
  @FuzzTest
  void body(byte[] bytes) throws Exception {
    Picture picture;
    try {
      picture = SnapshotDecoder.readBody(ByteBuffer.wrap(bytes));
    } catch (RefusedException refused) {
      return;
    }
    byte[] again = SnapshotFormatTest.bytes(picture);
    Assertions.assertThat(SnapshotDecoder.read(again)).isEqualTo(picture);
  }

  @FuzzTest
  void file(byte[] bytes) {
    try {
      Assertions.assertThat(SnapshotDecoder.read(bytes).objects()).isInstanceOf(List.class);
    } catch (RefusedException refused) {
      Assertions.assertThat(refused).hasMessageStartingWith("it ");
    }
  }
}

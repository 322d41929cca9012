package dev.byname.plugin.etcd;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.byname.plugin.etcd.SkyDnsMessage.MalformedException;
import org.assertj.core.api.Assertions;

/** Values that anybody with a key below the path can write. */
class SkyDnsMessageFuzz {
  @FuzzTest
  void value(byte[] bytes) {
    try {
      var message = SkyDnsMessage.parse("test/corp/x", bytes, 0);
      Assertions.assertThat(message.port()).isBetween(-1, 65535);
      Assertions.assertThat(message.hostName() == null || message.address() == null).isTrue();
    } catch (MalformedException refused) {
      Assertions.assertThat(refused).hasMessageNotContaining("\n");
    }
  }
}

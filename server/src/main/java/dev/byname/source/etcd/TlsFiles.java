package dev.byname.source.etcd;

import dev.byname.pem.Identity;
import dev.byname.pem.Pem;
import dev.byname.pem.PemException;
import dev.byname.pem.Trust;
import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import org.jspecify.annotations.Nullable;

/** The certificates and keys of a connection; errors name the option and the file. */
final class TlsFiles {
  private TlsFiles() {}

  static ChannelCredentials credentials(EtcdConnectionConfig.@Nullable Tls tls) throws EtcdFailure {
    if (tls == null) {
      return TlsChannelCredentials.create();
    }
    var builder = TlsChannelCredentials.newBuilder();
    try {
      if (tls.authority() != null) {
        Pem authority = Pem.read("tls authority " + tls.authority(), tls.authority());
        builder.trustManager(Trust.in(authority.certificates()).getTrustManagers());
      }
      if (tls.certificate() != null && tls.key() != null) {
        Pem certificate = Pem.read("tls certificate " + tls.certificate(), tls.certificate());
        Pem key = Pem.read("tls key " + tls.key(), tls.key());
        builder.keyManager(Identity.of(certificate, key).keyManagers().getKeyManagers());
      }
    } catch (PemException wrong) {
      throw new EtcdFailure(EtcdFailure.Kind.DENIED, String.valueOf(wrong.getMessage()));
    }
    return builder.build();
  }
}

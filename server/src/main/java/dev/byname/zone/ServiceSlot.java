package dev.byname.zone;

import dev.byname.cluster.ObjectKey;
import dev.byname.wire.DomainName;
import java.nio.charset.StandardCharsets;

/**
 * The place of a service in the zone. It stays while the service exists; {@link #compiled} is
 * replaced at each change, with one volatile write for all of the service's answers.
 */
final class ServiceSlot extends NameTable.Entry {
  final ObjectKey service;
  volatile CompiledService compiled;

  /** This slot by itself: what most addresses lead to, shared by all of them. */
  final ServiceSlot[] alone = {this};

  ServiceSlot(ObjectKey service, CompiledService compiled) {
    super(keyOf(service));
    this.service = service;
    this.compiled = compiled;
  }

  /** The service's and the namespace's label, as they stand next to each other in a name. */
  static byte[] keyOf(ObjectKey service) {
    byte[] name = service.name().getBytes(StandardCharsets.US_ASCII);
    byte[] namespace = service.namespace().getBytes(StandardCharsets.US_ASCII);
    byte[] key = new byte[name.length + namespace.length + 2];
    key[0] = (byte) name.length;
    System.arraycopy(name, 0, key, 1, name.length);
    key[1 + name.length] = (byte) namespace.length;
    System.arraycopy(namespace, 0, key, 2 + name.length, namespace.length);
    for (int i = 0; i < key.length; i++) {
      key[i] = DomainName.fold(key[i]);
    }
    return key;
  }
}

package dev.byname.zone;

import dev.byname.cluster.ServiceView;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A service's answers, ready to be copied, and the view they were made from. Immutable. */
final class CompiledService {
  static final PortAnswers[] NO_PORTS = {};

  final ServiceView view;

  /** Of {@code svc.ns.svc}. */
  final Finding bare;

  /** Of {@code _port._proto.svc.ns.svc}, for every named port. */
  final PortAnswers[] ports;

  CompiledService(ServiceView view, Finding bare, PortAnswers[] ports) {
    this.view = view;
    this.bare = bare;
    this.ports = ports;
  }

  /**
   * The answers of a port; the labels are {@code name[from, to)} without length byte and
   * underscore.
   */
  @Nullable Finding port(byte[] name, int portFrom, int portTo, int protocolFrom, int protocolTo) {
    for (PortAnswers port : ports) {
      if (Arrays.equals(port.name, 0, port.name.length, name, portFrom, portTo)
          && Arrays.equals(
              port.protocol, 0, port.protocol.length, name, protocolFrom, protocolTo)) {
        return port.finding;
      }
    }
    return null;
  }

  static final class PortAnswers {
    final byte[] name;
    final byte[] protocol;
    final Finding finding;

    PortAnswers(byte[] name, byte[] protocol, Finding finding) {
      this.name = name;
      this.protocol = protocol;
      this.finding = finding;
    }
  }
}

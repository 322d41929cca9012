package dev.byname.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Carries TCP connections to a server on loopback and can make them fail as networks do: answers
 * that never arrive after the server did the work, connections cut in the middle.
 */
public final class TcpProxy implements AutoCloseable {
  private final InetSocketAddress target;
  private final ServerSocket listener;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  private final AtomicLong swallowedBytes = new AtomicLong();

  /** Server sides whose answers are thrown away. */
  private final Set<Socket> mute = ConcurrentHashMap.newKeySet();

  private TcpProxy(InetSocketAddress target, ServerSocket listener) {
    this.target = target;
    this.listener = listener;
  }

  /** Listens on a free port of 127.0.0.1 until closed. */
  public static TcpProxy to(InetSocketAddress target) {
    try {
      var proxy = new TcpProxy(target, new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1")));
      Thread.ofVirtual().name("proxy to " + target).start(proxy::accept);
      return proxy;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Where to connect instead of the server. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  /**
   * From now on, what the server sends on the connections of this moment is thrown away; what
   * clients send goes through. New connections are not affected.
   */
  public void swallowAnswers() {
    mute.addAll(sockets);
  }

  /** How many bytes of answers were thrown away so far. */
  public long swallowedBytes() {
    return swallowedBytes.get();
  }

  /** Cuts all connections; new ones are taken. */
  public void cut() {
    for (var socket : sockets) {
      closeQuietly(socket);
    }
  }

  @Override
  public void close() {
    closeQuietly(listener);
    cut();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        var client = listener.accept();
        sockets.add(client);
        var server = new Socket();
        sockets.add(server);
        try {
          server.connect(target);
        } catch (IOException refused) {
          end(client, server);
          continue;
        }
        Thread.ofVirtual().start(() -> carry(client, server));
        Thread.ofVirtual().start(() -> carry(server, client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void carry(Socket from, Socket to) {
    var buffer = new byte[8192];
    try {
      for (int length; (length = from.getInputStream().read(buffer)) >= 0; ) {
        if (from.getPort() == target.getPort() && mute.contains(from)) {
          swallowedBytes.addAndGet(length);
        } else {
          to.getOutputStream().write(buffer, 0, length);
        }
      }
    } catch (IOException cut) {
      // One side is gone; the other follows.
    } finally {
      end(from, to);
    }
  }

  private void end(Socket one, Socket other) {
    closeQuietly(one);
    closeQuietly(other);
    sockets.remove(one);
    sockets.remove(other);
    mute.remove(one);
    mute.remove(other);
  }

  private static void closeQuietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception ignored) {
      // It is gone either way.
    }
  }
}

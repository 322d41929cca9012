package dev.byname.resolverconfig.store;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * Whether anybody takes connections where etcd is said to be. A store repeats its requests for half
 * a minute, since members come back; who has mistyped an address should not wait that long, and
 * should be told of each endpoint what is wrong with it.
 */
public final class EtcdReach {
  /** One connection takes a round trip; a packet that is lost is sent again after 1 s and 3 s. */
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private static final int DEFAULT_PORT = 2379;

  private EtcdReach() {}

  /**
   * Returns when one endpoint takes connections.
   *
   * @throws StoreException when all refuse, or none has answered within five seconds
   */
  public static void check(List<URI> endpoints) {
    check(endpoints, LIMIT);
  }

  static void check(List<URI> endpoints, Duration limit) {
    Map<URI, String> reasons = Collections.synchronizedMap(new LinkedHashMap<>());
    endpoints.forEach(
        each -> reasons.put(each, "no connection within " + limit.toSeconds() + " seconds"));
    var left = new AtomicInteger(endpoints.size());
    var reached = new CompletableFuture<Boolean>();
    for (var endpoint : endpoints) {
      Thread.startVirtualThread(() -> {
        try {
          connect(endpoint, limit);
          reached.complete(true);
        } catch (IOException refused) {
          reasons.put(endpoint, String.valueOf(refused.getMessage()));
          if (left.decrementAndGet() == 0) {
            reached.complete(false);
          }
        }
      });
    }
    // Looking a host up has a time limit of its own, which is not ours to set.
    if (!reached.completeOnTimeout(false, limit.toNanos(), TimeUnit.NANOSECONDS).join()) {
      throw new StoreException(
          "cannot reach etcd: "
              + List.copyOf(reasons.entrySet()).stream()
                  .map(each -> each.getKey() + ": " + each.getValue())
                  .collect(Collectors.joining("; ")),
          null);
    }
  }

  private static void connect(URI endpoint, Duration limit) throws IOException {
    int port = endpoint.getPort() < 0 ? DEFAULT_PORT : endpoint.getPort();
    var address = new InetSocketAddress(endpoint.getHost(), port);
    if (address.isUnresolved()) {
      throw new IOException("there is no host of that name");
    }
    try (var socket = new Socket()) {
      socket.connect(address, (int) limit.toMillis());
    } catch (SocketTimeoutException late) {
      throw new IOException("no connection within " + limit.toSeconds() + " seconds", late);
    }
  }
}

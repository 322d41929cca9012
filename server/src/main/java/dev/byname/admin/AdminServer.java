package dev.byname.admin;

import static java.util.Objects.requireNonNull;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves pages over HTTP on any number of addresses; several pages may share one. A new
 * configuration changes the pages of an address that stays without closing it. Used by the thread
 * that loads configurations.
 */
public final class AdminServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AdminServer.class);

  /** What a request gets. */
  public record Page(int status, String contentType, String body) {
    public static Page text(int status, String body) {
      return new Page(status, "text/plain; charset=utf-8", body);
    }
  }

  private record Listening(HttpServer server, Map<String, Supplier<Page>> pages) {}

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<InetSocketAddress, Listening> listening = new HashMap<>();

  /**
   * Opens the addresses that are new, and closes those that are not wanted any more.
   *
   * @param wanted pages by path, by address
   * @throws IOException when an address cannot be bound; nothing has changed then
   */
  public void serve(Map<InetSocketAddress, Map<String, Supplier<Page>>> wanted) throws IOException {
    Map<InetSocketAddress, Listening> opened = new HashMap<>();
    try {
      for (var address : wanted.entrySet()) {
        if (!listening.containsKey(address.getKey())) {
          opened.put(address.getKey(), open(address.getKey()));
        }
      }
    } catch (IOException e) {
      opened.values().forEach(l -> l.server.stop(0));
      throw e;
    }
    for (InetSocketAddress gone : Set.copyOf(listening.keySet())) {
      if (!wanted.containsKey(gone)) {
        requireNonNull(listening.remove(gone)).server.stop(0);
      }
    }
    listening.putAll(opened);
    wanted.forEach((address, pages) -> {
      Map<String, Supplier<Page>> current = requireNonNull(listening.get(address)).pages;
      current.keySet().retainAll(pages.keySet());
      current.putAll(pages);
    });
  }

  /** The address really bound, where port 0 was asked for. */
  public InetSocketAddress bound(InetSocketAddress asked) {
    return requireNonNull(listening.get(asked)).server.getAddress();
  }

  private Listening open(InetSocketAddress address) throws IOException {
    HttpServer server;
    try {
      server = HttpServer.create(address, 0);
    } catch (IOException e) {
      throw new IOException(
          "cannot listen on %s:%d/tcp: %s; is another process using it?"
              .formatted(address.getHostString(), address.getPort(), e.getMessage()),
          e);
    }
    Map<String, Supplier<Page>> pages = new ConcurrentHashMap<>();
    server.setExecutor(threads);
    server.createContext("/", exchange -> answer(exchange, pages));
    server.start();
    return new Listening(server, pages);
  }

  private static void answer(HttpExchange exchange, Map<String, Supplier<Page>> pages)
      throws IOException {
    try (exchange) {
      Supplier<Page> found = pages.get(exchange.getRequestURI().getPath());
      Page page;
      try {
        page = found == null ? Page.text(404, "404 page not found\n") : found.get();
      } catch (RuntimeException bug) {
        log.error("{} failed", exchange.getRequestURI().getPath(), bug);
        page = Page.text(500, "internal error\n");
      }
      byte[] body = page.body().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", page.contentType());
      boolean head = exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(page.status(), head || body.length == 0 ? -1 : body.length);
      if (!head) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  @Override
  public void close() {
    listening.values().forEach(l -> l.server.stop(0));
    listening.clear();
    threads.close();
  }
}

package dev.byname.source.kubernetes;

import dev.byname.source.kubernetes.KubernetesSourceConfig.Access;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sends GET requests to the API server and says in words what went wrong. Safe from any thread.
 *
 * <p>HTTP/1.1 on purpose: each watch then has a connection of its own, TCP holds the server back
 * while we apply what it sent (with HTTP/2 the JDK grants 16 MiB a stream before it does), and a
 * connection that dies takes one watch with it instead of all.
 */
final class ApiClient implements AutoCloseable {
  /** In the query of a watch. */
  static final String WATCH = "watch=true";

  private static final int ERROR_BODY_BYTES_MAX = 64 << 10;
  private static final Duration RELOAD_EVERY = Duration.ofMinutes(1);

  private final Access access;
  private final Function<String, @Nullable String> environment;
  private final RequestLimits limits;
  private final Timing timing;
  private final Executor executor;
  private final Duration answerWithin;
  private final String userAgent;
  private final RequestObserver observer;

  private volatile ApiAccess current;
  private @Nullable HttpClient http;
  private ApiTls httpTls = ApiTls.PLAIN;
  private @Nullable URI httpProxy;
  private boolean reload;
  private long readAtNanos;

  /**
   * @throws AccessException when the files are wrong from the start; later mistakes in them leave
   *     the last good state in use
   */
  ApiClient(
      Access access,
      Function<String, @Nullable String> environment,
      RequestLimits limits,
      Timing timing,
      Executor executor,
      Duration answerWithin,
      String userAgent,
      RequestObserver observer)
      throws AccessException {
    this.access = access;
    this.environment = environment;
    this.limits = limits;
    this.timing = timing;
    this.executor = executor;
    this.answerWithin = answerWithin;
    this.userAgent = userAgent;
    this.observer = observer;
    current = ApiAccess.read(access, environment);
    readAtNanos = timing.nanoTime().getAsLong();
  }

  /** Where requests go at the moment. Not behind a credential plugin that is asked just now. */
  URI server() {
    return current.server();
  }

  /**
   * Returns when the head of a 200 has come; the caller reads and closes the body.
   *
   * @param pathAndQuery from the slash on
   * @param accept media types, most wanted first
   */
  InputStream get(String pathAndQuery, String accept) throws ApiFailure, InterruptedException {
    try {
      return attempt(pathAndQuery, accept);
    } catch (ApiFailure.Unauthorized expired) {
      // Tokens and certificates rotate; a fresh look at the files is worth one more try.
      return attempt(pathAndQuery, accept);
    }
  }

  /** Refuses further requests and breaks off the running ones. */
  @Override
  public synchronized void close() {
    if (http != null) {
      http.shutdownNow();
    }
  }

  private InputStream attempt(String pathAndQuery, String accept)
      throws ApiFailure, InterruptedException {
    Prepared prepared = prepare(pathAndQuery, accept);
    String host = hostOf(prepared.access().server());
    long readyNanos = timing.nanoTime().getAsLong();
    limits.acquire();
    long sentNanos = timing.nanoTime().getAsLong();
    HttpResponse<InputStream> response;
    try {
      observer.waited(host, Duration.ofNanos(sentNanos - readyNanos));
      response = send(prepared);
      observer.answered(host, response.statusCode());
    } catch (ApiFailure unanswered) {
      observer.failed(host);
      throw unanswered;
    } finally {
      limits.answered();
      if (!pathAndQuery.contains(WATCH)) { // which would only say how fast a watch is accepted
        observer.took(host, Duration.ofNanos(timing.nanoTime().getAsLong() - sentNanos));
      }
    }
    if (response.statusCode() != 200) {
      throw refusal(prepared, response);
    }
    String type = response.headers().firstValue("Content-Type").orElse("");
    if (!type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
      closeQuietly(response.body());
      throw new ApiFailure.Unexpected(
          "answered "
              + (type.isEmpty() ? "without a content type" : "with " + type)
              + " instead of JSON: is "
              + prepared.access().server()
              + " a Kubernetes API server?");
    }
    return response.body();
  }

  /** Without user and password, which end up nowhere. */
  private static String hostOf(URI server) {
    return server.getPort() < 0 ? server.getHost() : server.getHost() + ":" + server.getPort();
  }

  private record Prepared(ApiAccess access, HttpClient http, HttpRequest request) {}

  private synchronized Prepared prepare(String pathAndQuery, String accept)
      throws ApiFailure, InterruptedException {
    rereadIfDue();
    ApiAccess access = current;
    try {
      HttpClient client = client(access);
      var request =
          HttpRequest.newBuilder(URI.create(access.server() + pathAndQuery))
              .header("Accept", accept)
              .header("User-Agent", userAgent);
      String authorization = access.credentials().authorization();
      if (authorization != null) {
        request.header("Authorization", authorization);
      }
      access
          .headers()
          .forEach((name, values) -> values.forEach(value -> request.header(name, value)));
      return new Prepared(access, client, request.build());
    } catch (AccessException wrong) {
      reload = true;
      throw new ApiFailure.NoAccess(String.valueOf(wrong.getMessage()));
    }
  }

  private void rereadIfDue() {
    if (!reload) {
      return;
    }
    reload = false;
    readAtNanos = timing.nanoTime().getAsLong();
    try {
      current = ApiAccess.read(access, environment);
    } catch (AccessException halfWritten) {
      // Files are being replaced, or were broken after the start: what worked may still work.
      reload = true;
    }
  }

  private HttpClient client(ApiAccess access) throws AccessException, InterruptedException {
    ApiTls tls = access.tls().withClient(access.credentials().certificate());
    HttpClient usable = http;
    if (usable != null
        && tls.equals(httpTls)
        && java.util.Objects.equals(httpProxy, access.proxy())) {
      return usable;
    }
    if (usable != null) {
      usable.shutdown(); // watches that run on it go on until they end
    }
    var builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(answerWithin)
            .executor(executor)
            .sslContext(tls.context());
    URI proxy = access.proxy();
    if (proxy != null) {
      builder.proxy(
          ProxySelector.of(
              new InetSocketAddress(proxy.getHost(), proxy.getPort() < 0 ? 80 : proxy.getPort())));
    }
    HttpClient made = builder.build();
    http = made;
    httpTls = tls;
    httpProxy = access.proxy();
    return made;
  }

  private HttpResponse<InputStream> send(Prepared prepared)
      throws ApiFailure, InterruptedException {
    var pending =
        prepared.http().sendAsync(prepared.request(), HttpResponse.BodyHandlers.ofInputStream());
    try {
      return pending.get(answerWithin.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      pending.cancel(true);
      throw new ApiFailure.Unreachable("no answer within " + answerWithin.toSeconds() + " s");
    } catch (InterruptedException stopped) {
      pending.cancel(true);
      throw stopped;
    } catch (ExecutionException failed) {
      boolean handshake = failed.getCause() instanceof SSLException;
      noteFailure(handshake, prepared.access());
      throw new ApiFailure.Unreachable(describe(failed.getCause()));
    }
  }

  private synchronized void noteFailure(boolean identity, ApiAccess used) {
    if (identity) {
      used.credentials().refused();
      reload = true;
    } else if (timing.nanoTime().getAsLong() - readAtNanos > RELOAD_EVERY.toNanos()) {
      reload = true; // the file may name another server by now
    }
  }

  private ApiFailure refusal(Prepared prepared, HttpResponse<InputStream> response) {
    String message = statusMessage(response);
    return switch (response.statusCode()) {
      case 401 -> {
        noteFailure(true, prepared.access());
        yield new ApiFailure.Unauthorized("401: " + message);
      }
      case 403 -> new ApiFailure.Forbidden(message);
      case 404 -> new ApiFailure.NotServed("404: " + message);
      case 410 -> new ApiFailure.Gone("410: " + message);
      case 400, 422 -> new ApiFailure.Rejected(response.statusCode() + ": " + message);
      case 429, 503 ->
          new ApiFailure.Busy(response.statusCode() + ": " + message, retryAfter(response));
      default -> new ApiFailure.Unexpected(response.statusCode() + ": " + message);
    };
  }

  /**
   * Reads a short body, at most {@code bytesMax} of it, and closes it. One that does not come as
   * soon as an answer has to, breaks off: a server may hang after the head, too.
   */
  byte[] readShort(InputStream body, int bytesMax) throws IOException {
    var alarm =
        timing
            .scheduler()
            .schedule(() -> closeQuietly(body), answerWithin.toNanos(), TimeUnit.NANOSECONDS);
    try (body) {
      return body.readNBytes(bytesMax);
    } finally {
      alarm.cancel(false);
    }
  }

  /** Seconds only: the date form of RFC 9110 section 10.2.3 is never sent by API servers. */
  private static Duration retryAfter(HttpResponse<?> response) {
    String seconds = response.headers().firstValue("Retry-After").orElse("0");
    try {
      return Duration.ofSeconds(Math.clamp(Long.parseLong(seconds.strip()), 0, 300));
    } catch (NumberFormatException date) {
      return Duration.ZERO;
    }
  }

  /** The message of the Status object, or the beginning of whatever came. */
  private String statusMessage(HttpResponse<InputStream> response) {
    byte[] body;
    try {
      body = readShort(response.body(), ERROR_BODY_BYTES_MAX);
    } catch (IOException brokenOff) {
      return "(the answer broke off)";
    }
    try {
      JsonNode status = JsonMapper.shared().readTree(body);
      String message = status.path("message").asString("");
      if (!message.isEmpty()) {
        return message;
      }
    } catch (JacksonException notJson) {
      // A proxy's page; its beginning says more than nothing.
    }
    String text =
        new String(body, java.nio.charset.StandardCharsets.UTF_8)
            .replaceAll("\\p{Cntrl}+", " ")
            .strip();
    return text.substring(0, Math.min(text.length(), 200));
  }

  /** The JDK leaves many of these messages empty. */
  private static String describe(@Nullable Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof UnresolvedAddressException) {
        return "its name cannot be resolved";
      }
      if (t instanceof HttpConnectTimeoutException) {
        return "no connection in time";
      }
    }
    if (failure instanceof ConnectException refused) {
      String message = deepestMessage(refused);
      return message.isEmpty() ? "connection refused" : message;
    }
    if (failure == null) {
      return "unknown failure";
    }
    String message = deepestMessage(failure);
    if (message.isEmpty()) {
      return failure.getClass().getSimpleName();
    }
    return failure instanceof SSLException ? "TLS: " + message : message;
  }

  private static String deepestMessage(Throwable failure) {
    String message = "";
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t.getMessage() != null && !t.getMessage().isEmpty()) {
        message = t.getMessage();
      }
    }
    return message;
  }

  static void closeQuietly(InputStream stream) {
    try {
      stream.close();
    } catch (IOException gone) {
      // Nothing more is wanted of it.
    }
  }
}

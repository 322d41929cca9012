package dev.byname.source.kubernetes;

import dev.byname.source.JsonTree;
import dev.byname.source.Tree;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.core.json.JsonFactory;

/**
 * The body of a list or a watch, read object by object as it comes: no more than one object and the
 * connection's buffers are in memory, however long the list is. A body that delivers nothing for
 * too long is closed. Read by one thread; {@link #close} may come from any.
 */
final class ApiStream implements AutoCloseable {
  private static final JsonFactory JSON = new JsonFactory();

  private final InputStream body;
  private final Timing timing;
  private final long silenceNanos;
  private final ScheduledFuture<?> guard;
  private @Nullable JsonParser madeParser;
  private volatile boolean waiting;
  private volatile long waitingSinceNanos;
  private volatile boolean silent;

  /** What stands around the items of a list. */
  record ListHead(String resourceVersion, String continueToken) {}

  /** Receives the items of a list. */
  interface ItemReader {
    /** The parser stands on the item's START_OBJECT and must be left on its END_OBJECT. */
    void read(JsonParser parser) throws InterruptedException;
  }

  /**
   * @param type ADDED, MODIFIED, DELETED, BOOKMARK or ERROR
   */
  record Event(String type, Tree object) {}

  /**
   * @param silence how long the server may say nothing
   */
  ApiStream(InputStream body, Duration silence, Timing timing) {
    this.body = body;
    this.timing = timing;
    silenceNanos = silence.toNanos();
    long checkNanos = Math.max(1, silenceNanos / 4);
    guard =
        timing
            .scheduler()
            .scheduleWithFixedDelay(
                this::closeIfSilent, checkNanos, checkNanos, TimeUnit.NANOSECONDS);
  }

  /** Whether the stream was closed because the server said nothing for too long. */
  boolean silent() {
    return silent;
  }

  /** Reads a whole list. */
  ListHead list(ItemReader items) throws ApiFailure, InterruptedException {
    try {
      JsonParser parser = parser();
      expect(JsonToken.START_OBJECT, parser.nextToken());
      var head = new ListHead("", "");
      @Nullable String name;
      while ((name = parser.nextName()) != null) {
        JsonToken value = parser.nextToken();
        if (name.equals("metadata") && value == JsonToken.START_OBJECT) {
          Tree metadata = JsonTree.read(parser);
          head =
              new ListHead(
                  ApiObject.text(metadata, "resourceVersion"),
                  ApiObject.text(metadata, "continue"));
        } else if (name.equals("items") && value == JsonToken.START_ARRAY) {
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(JsonToken.START_OBJECT, parser.currentToken());
            items.read(parser);
          }
        } else {
          parser.skipChildren();
        }
      }
      expect(JsonToken.END_OBJECT, parser.currentToken());
      parser.nextToken(); // to the very end, or the connection could not be used again
      if (head.resourceVersion().isEmpty()) {
        throw new ApiFailure.Unexpected("answered with JSON that is not a Kubernetes list");
      }
      return head;
    } catch (JacksonException broken) {
      throw broken(broken);
    }
  }

  /** Waits for the next event of a watch; null when the server has ended it. */
  @Nullable Event event() throws ApiFailure {
    try {
      JsonParser parser = parser();
      JsonToken start = parser.nextToken();
      if (start == null) {
        return null;
      }
      expect(JsonToken.START_OBJECT, start);
      String type = "";
      Tree object = Tree.of("");
      @Nullable String name;
      while ((name = parser.nextName()) != null) {
        JsonToken value = parser.nextToken();
        if (name.equals("type") && value == JsonToken.VALUE_STRING) {
          type = parser.getString();
        } else if (name.equals("object")) {
          object = JsonTree.read(parser);
        } else {
          parser.skipChildren();
        }
      }
      return new Event(type, object);
    } catch (JacksonException broken) {
      throw broken(broken);
    }
  }

  /** Made at first use, because Jackson waits for the first bytes when it makes one. */
  private JsonParser parser() {
    JsonParser parser = madeParser;
    if (parser == null) {
      parser = JSON.createParser(ObjectReadContext.empty(), new HeardStream());
      madeParser = parser;
    }
    return parser;
  }

  @Override
  public void close() {
    guard.cancel(false);
    ApiClient.closeQuietly(body);
  }

  private static void expect(JsonToken expected, @Nullable JsonToken token)
      throws ApiFailure.Unexpected {
    if (token != expected) {
      throw new ApiFailure.Unexpected("answered with JSON that is not a Kubernetes list or watch");
    }
  }

  private ApiFailure broken(JacksonException broken) {
    if (silent) {
      return new ApiFailure.Unreachable(
          "said nothing for " + Duration.ofNanos(silenceNanos).toSeconds() + " s in mid-answer");
    }
    for (Throwable t = broken; t != null; t = t.getCause()) {
      if (t instanceof IOException) {
        return new ApiFailure.Unreachable("the connection broke in mid-answer");
      }
    }
    if (broken instanceof UnexpectedEndOfInputException) {
      return new ApiFailure.Unreachable("the answer ended too early");
    }
    return new ApiFailure.Unexpected(
        "answered with broken JSON: " + JsonTree.syntax(broken).problem());
  }

  private void closeIfSilent() {
    if (waiting && timing.nanoTime().getAsLong() - waitingSinceNanos > silenceNanos) {
      silent = true;
      close();
    }
  }

  /** Notes since when we wait for bytes: time spent applying them is not the server's silence. */
  private final class HeardStream extends InputStream {
    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      waitingSinceNanos = timing.nanoTime().getAsLong();
      waiting = true;
      try {
        return body.read(target, offset, length);
      } finally {
        waiting = false;
      }
    }

    @Override
    public void close() throws IOException {
      body.close();
    }
  }
}

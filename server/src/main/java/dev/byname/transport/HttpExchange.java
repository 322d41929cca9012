package dev.byname.transport;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.INTERNAL_SERVER_ERROR;
import static io.netty.handler.codec.http.HttpResponseStatus.METHOD_NOT_ALLOWED;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;
import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;
import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE;
import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_URI_TOO_LONG;
import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;
import static io.netty.handler.codec.http.HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.byname.query.QueryHandler;
import dev.byname.query.ReplyTo;
import dev.byname.query.Transport;
import dev.byname.transport.TransportObserver.Closed;
import dev.byname.transport.TransportObserver.Shed;
import dev.byname.wire.Header;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.AsciiString;
import java.net.Inet6Address;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * DNS over HTTPS (RFC 8484): a message in the body of a POST or in the {@code dns} parameter of a
 * GET to {@code /dns-query}. Of HTTP/2 there is one of these a stream; of HTTP/1.1 one a
 * connection, for one request after the other. A DNS answer is 200 whatever its rcode; an HTTP
 * error means that there was no DNS query to answer, or that nobody answered it. Used by the
 * connection's event loop only, but for {@link Reply}.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failure closes the channel: that is heard
final class HttpExchange extends SimpleChannelInboundHandler<HttpObject> {
  private static final String PATH = "/dns-query";
  private static final String MEDIA_TYPE = "application/dns-message";

  private static final int DISCARDED_MAX_BYTES = 1 << 20;

  private final HttpConnection connection;
  private final Listener listener;

  private boolean get;
  private boolean inRequest;
  private @Nullable HttpResponseStatus refusal;
  private byte @Nullable [] getMessage;
  private @Nullable ByteBuf body;
  private int budgetBytes;
  private int discardedBytes;
  private boolean answering;
  private boolean over;
  private java.util.concurrent.@Nullable Future<?> bodyTimer;

  HttpExchange(HttpConnection connection) {
    this.connection = connection;
    listener = connection.listener();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
    if (over) {
      return; // whatever still comes is passed over
    }
    if (part.decoderResult().isFailure()) {
      refuseAndClose(context, undecodable(part.decoderResult().cause()));
      return;
    }
    if (part instanceof HttpRequest request) {
      begin(context, request);
    }
    if (part instanceof HttpContent content && inRequest) {
      append(context, content);
    }
    if (part instanceof LastHttpContent && inRequest) {
      complete(context);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) throws Exception {
    readOn(context);
    super.channelWritabilityChanged(context);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    forgetRequest();
    super.channelInactive(context);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (connection.http2() && !(cause instanceof RuntimeException)) {
      context.close(); // a stream that was reset; the connection goes on
    } else {
      connection.failed(cause);
    }
  }

  private void begin(ChannelHandlerContext context, HttpRequest request) {
    inRequest = true;
    discardedBytes = 0;
    refusal = check(request);
    if (HttpUtil.is100ContinueExpected(request)) {
      if (refusal != null) {
        refuseAndClose(context, refusal); // before the client sends the body that it holds back
        return;
      }
      context.writeAndFlush(
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }
    if (!connection.http2()) {
      connection.patience().partial(true);
    } else if (!get) {
      // The connection's time does not tell one stream from the others.
      bodyTimer =
          context
              .executor()
              .schedule(
                  () -> context.close(),
                  listener.config().timeouts().read().toNanos(),
                  TimeUnit.NANOSECONDS);
    }
  }

  private @Nullable HttpResponseStatus check(HttpRequest request) {
    get = request.method().equals(HttpMethod.GET);
    getMessage = null;
    List<String> messages;
    try {
      var uri = new QueryStringDecoder(request.uri());
      if (!uri.path().equals(PATH)) {
        return NOT_FOUND;
      }
      messages = uri.parameters().getOrDefault("dns", List.of());
    } catch (IllegalArgumentException badEscape) {
      return BAD_REQUEST;
    }
    if (get) {
      getMessage = messages.size() == 1 ? decode(messages.getFirst()) : null;
      return getMessage == null ? BAD_REQUEST : null;
    }
    if (!request.method().equals(HttpMethod.POST)) {
      return METHOD_NOT_ALLOWED;
    }
    var type = HttpUtil.getMimeType(request);
    if (type == null || !AsciiString.contentEqualsIgnoreCase(MEDIA_TYPE, type)) {
      return UNSUPPORTED_MEDIA_TYPE;
    }
    return HttpUtil.getContentLength(request, 0L) > LoopWorker.MESSAGE_MAX_BYTES
        ? REQUEST_ENTITY_TOO_LARGE
        : null;
  }

  private static byte @Nullable [] decode(String base64url) {
    try {
      // Without padding (RFC 8484 section 6); Java takes it with padding too.
      return Base64.getUrlDecoder().decode(base64url.getBytes(US_ASCII));
    } catch (IllegalArgumentException notBase64url) {
      return null;
    }
  }

  private void append(ChannelHandlerContext context, HttpContent content) {
    var bytes = content.content();
    int more = bytes.readableBytes();
    if (more == 0) {
      return;
    }
    int soFar = body == null ? 0 : body.readableBytes();
    if (refusal == null && soFar + more > LoopWorker.MESSAGE_MAX_BYTES) {
      refusal = REQUEST_ENTITY_TOO_LARGE;
    }
    if (refusal != null) {
      // Read to its end all the same, within reason: closing in the middle would reset the
      // connection, and the client would not see why.
      discardedBytes += more;
      if (discardedBytes > DISCARDED_MAX_BYTES) {
        refuseAndClose(context, refusal);
      }
      return;
    }
    if (!listener.buffered().take(more)) {
      listener.shed(Transport.HTTPS, Shed.BUFFERS);
      refuseAndClose(context, SERVICE_UNAVAILABLE);
      return;
    }
    budgetBytes += more;
    var whole = body;
    if (whole == null) {
      whole = context.alloc().buffer(more);
      body = whole;
    }
    whole.writeBytes(bytes);
  }

  private void complete(ChannelHandlerContext context) {
    byte[] query = connection.loopWorker().query;
    int lengthBytes = 0;
    var fromUri = getMessage;
    if (fromUri != null) {
      lengthBytes = fromUri.length;
      System.arraycopy(fromUri, 0, query, 0, lengthBytes);
    } else if (body != null) {
      lengthBytes = body.readableBytes();
      body.readBytes(query, 0, lengthBytes);
    }
    var status = refusal;
    forgetRequest();
    connection.patience().query();
    if (status != null) {
      respond(context, status, Unpooled.EMPTY_BUFFER, 0);
    } else if (lengthBytes < Header.LENGTH_BYTES) {
      respond(context, BAD_REQUEST, Unpooled.EMPTY_BUFFER, 0);
    } else {
      answer(context, lengthBytes);
    }
    if (!connection.http2() && (answering || !context.channel().isWritable())) {
      context.channel().config().setAutoRead(false);
    }
  }

  private void answer(ChannelHandlerContext context, int lengthBytes) {
    var loopWorker = connection.loopWorker();
    try {
      var worker = loopWorker.beginBatch();
      int family = connection.client().remote().getAddress() instanceof Inet6Address ? 2 : 1;
      int sizeBytes =
          worker.answer(loopWorker.query, lengthBytes, loopWorker.answer, Transport.HTTPS, family);
      if (sizeBytes > 0) {
        respond(context, loopWorker.answer, sizeBytes);
      } else if (sizeBytes == QueryHandler.SLOW) {
        answerSlowly(context, worker, lengthBytes);
      } else {
        respond(context, BAD_REQUEST, Unpooled.EMPTY_BUFFER, 0); // no query: a response, perhaps
      }
    } catch (RuntimeException bug) {
      listener.observer().bug(listener.config(), bug);
      respond(context, INTERNAL_SERVER_ERROR, Unpooled.EMPTY_BUFFER, 0);
    }
  }

  private void answerSlowly(
      ChannelHandlerContext context, QueryHandler.Worker worker, int lengthBytes) {
    if (!listener.inFlight().enter(connection.bucket())) {
      listener.shed(Transport.HTTPS, Shed.IN_FLIGHT);
      respond(context, SERVICE_UNAVAILABLE, Unpooled.EMPTY_BUFFER, 0);
      return;
    }
    answering = true;
    connection.patience().answerBegun();
    var reply = new Reply(context);
    try {
      worker.answerSlowly(connection.loopWorker().query, lengthBytes, connection.client(), reply);
    } catch (RuntimeException bug) {
      listener.observer().bug(listener.config(), bug);
      reply.silence();
    }
  }

  private void respond(ChannelHandlerContext context, byte[] message, int lengthBytes) {
    var content = context.alloc().buffer(lengthBytes).writeBytes(message, 0, lengthBytes);
    respond(context, OK, content, Freshness.maxAgeSeconds(message, lengthBytes));
  }

  private void respond(
      ChannelHandlerContext context, HttpResponseStatus status, ByteBuf content, long maxAge) {
    int bytes = content.readableBytes();
    if (!context.channel().isActive()) {
      content.release();
      return;
    }
    if (!listener.buffered().take(bytes)) {
      content.release();
      listener.shed(Transport.HTTPS, Shed.BUFFERS);
      connection.closeNow(Closed.SHED);
      return;
    }
    var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, content);
    var headers = response.headers();
    headers.set(HttpHeaderNames.CONTENT_LENGTH, bytes);
    if (status.equals(OK)) {
      headers.set(HttpHeaderNames.CONTENT_TYPE, MEDIA_TYPE);
      headers.set(HttpHeaderNames.CACHE_CONTROL, "max-age=" + maxAge);
    } else if (status.equals(METHOD_NOT_ALLOWED)) {
      headers.set(HttpHeaderNames.ALLOW, "GET, POST");
    }
    if ((over || connection.shuttingDown()) && !connection.http2()) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    listener.observer().httpResponse(listener.config(), status.code());
    connection.patience().writeBegun();
    context
        .writeAndFlush(response)
        .addListener(done -> {
          listener.buffered().give(bytes);
          connection.patience().writeEnded();
          connection.closeIfDone();
        });
  }

  /** The rest of the request is not worth reading. */
  private void refuseAndClose(ChannelHandlerContext context, HttpResponseStatus status) {
    forgetRequest();
    over = true;
    respond(context, status, Unpooled.EMPTY_BUFFER, 0);
    if (connection.http2()) {
      context.close();
    } else {
      connection.linger();
    }
  }

  private static HttpResponseStatus undecodable(Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return REQUEST_URI_TOO_LONG;
    }
    return cause instanceof TooLongHttpHeaderException || cause instanceof TooLongFrameException
        ? REQUEST_HEADER_FIELDS_TOO_LARGE
        : BAD_REQUEST;
  }

  private void forgetRequest() {
    inRequest = false;
    getMessage = null;
    refusal = null;
    if (body != null) {
      body.release();
      body = null;
    }
    listener.buffered().give(budgetBytes);
    budgetBytes = 0;
    if (!connection.http2()) {
      connection.patience().partial(false);
    }
    var timer = bodyTimer;
    if (timer != null) {
      timer.cancel(false);
      bodyTimer = null;
    }
  }

  private void settled(ChannelHandlerContext context) {
    answering = false;
    connection.patience().answerEnded();
    readOn(context);
    connection.closeIfDone();
  }

  private void readOn(ChannelHandlerContext context) {
    if (!connection.http2() && !answering && context.channel().isWritable()) {
      context.channel().config().setAutoRead(true);
    }
  }

  /** Brings a slow answer to the event loop from whatever thread it comes on. */
  private final class Reply implements ReplyTo {
    private final AtomicBoolean done = new AtomicBoolean();
    private final ChannelHandlerContext context;

    Reply(ChannelHandlerContext context) {
      this.context = context;
    }

    @Override
    public void reply(byte[] message, int lengthBytes, boolean last) {
      if (!done.compareAndSet(false, true)) {
        return; // of a transfer only the first message: HTTP has one answer a request
      }
      if (context.executor().inEventLoop()) {
        respond(context, message, lengthBytes);
        finish();
        return;
      }
      var copy = new byte[lengthBytes];
      System.arraycopy(message, 0, copy, 0, lengthBytes);
      onLoop(() -> {
        respond(context, copy, lengthBytes);
        finish();
      });
    }

    @Override
    public void silence() {
      if (done.compareAndSet(false, true)) {
        onLoop(() -> {
          respond(context, INTERNAL_SERVER_ERROR, Unpooled.EMPTY_BUFFER, 0);
          finish();
        });
      }
    }

    private void finish() {
      listener.inFlight().leave(connection.bucket());
      settled(context);
    }

    private void onLoop(Runnable task) {
      try {
        context.executor().execute(task);
      } catch (RejectedExecutionException stopped) {
        listener.inFlight().leave(connection.bucket()); // the loop is gone with the connection
      }
    }
  }
}

package dev.byname.source.etcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.etcd.jetcd.api.AuthenticateResponse;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveResponse;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sessions over gRPC, by the stubs that jetcd generates from etcd's protocol.
 *
 * <p>Not by jetcd's own client: its watch resumes from the revision that etcd told when the watch
 * was created, and so skips what had not arrived by then when the stream broke; it takes responses
 * as fast as etcd sends them; and it cannot ask for fragments. Here the one who reads knows the
 * revision, asks for one response at a time, and has no thread of its own.
 */
final class GrpcConnector implements EtcdConnector {
  private static final Logger log = LoggerFactory.getLogger(GrpcConnector.class);

  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  /** Lets the member end a watch when it has lost its leader, rather than keep it waiting. */
  private static final Metadata.Key<String> HAS_LEADER =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

  /** etcd refuses pings that come more often than every 5 s. */
  private static final int KEEP_ALIVE_SECONDS = 10;

  private static final int KEEP_ALIVE_TIMEOUT_SECONDS = 5;

  /**
   * A page has about 1 MiB and a fragment 2 MiB; an etcd before 3.4 sends up to a thousand changes
   * in one piece.
   */
  private static final int RESPONSE_BYTES_MAX = 64 << 20;

  private final EtcdConnectionConfig config;

  GrpcConnector(EtcdConnectionConfig config) {
    this.config = config;
  }

  @Override
  public EtcdSession open(URI endpoint, Executor callbacks) throws EtcdFailure {
    var builder =
        Grpc.newChannelBuilderForAddress(
                endpoint.getHost(), endpoint.getPort(), credentials(endpoint))
            .executor(untilShutDown(callbacks))
            .offloadExecutor(untilShutDown(callbacks))
            .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
            .maxInboundMessageSize(RESPONSE_BYTES_MAX)
            .disableRetry();
    var tls = config.tls();
    if (tls != null && tls.serverName() != null) {
      builder.overrideAuthority(tls.serverName());
    }
    return new GrpcSession(builder.build());
  }

  /** gRPC tells of the end of a channel whoever may still listen. */
  private static Executor untilShutDown(Executor callbacks) {
    return task -> {
      try {
        callbacks.execute(task);
      } catch (RejectedExecutionException nobodyListens) {
        log.debug("a callback comes after the end");
      }
    };
  }

  private ChannelCredentials credentials(URI endpoint) throws EtcdFailure {
    return endpoint.getScheme().equals("https")
        ? TlsFiles.credentials(config.tls())
        : InsecureChannelCredentials.create();
  }

  private final class GrpcSession implements EtcdSession {
    private final ManagedChannel channel;
    private @Nullable CompletableFuture<String> token;

    GrpcSession(ManagedChannel channel) {
      this.channel = channel;
    }

    @Override
    public CompletableFuture<RangeResponse> range(RangeRequest request) {
      return authenticated(bearer -> {
        var answer = new Answer<RangeResponse>();
        stub(KVGrpc.newStub(channel), bearer).range(request, answer);
        return answer.future;
      });
    }

    @Override
    public CompletableFuture<Long> leaseSeconds(long leaseId) {
      return authenticated(
              bearer -> {
                var answer = new Answer<LeaseTimeToLiveResponse>();
                stub(LeaseGrpc.newStub(channel), bearer)
                    .leaseTimeToLive(
                        LeaseTimeToLiveRequest.newBuilder().setID(leaseId).build(), answer);
                return answer.future;
              })
          .thenApply(LeaseTimeToLiveResponse::getTTL);
    }

    @Override
    public WatchStream watch(WatchReceiver receiver) {
      // The range request that came before has left a fresh token.
      var bearer = token == null ? "" : token.getNow("");
      var headers = new Metadata();
      headers.put(HAS_LEADER, "true");
      if (!bearer.isEmpty()) {
        headers.put(TOKEN, bearer);
      }
      var call = new WatchCall(receiver);
      // No deadline: a watch is meant to last.
      WatchGrpc.newStub(channel)
          .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
          .watch(call);
      return call;
    }

    @Override
    public void close() {
      channel.shutdownNow();
    }

    private interface Request<T> {
      CompletableFuture<T> with(String token);
    }

    /** Sends a request with a token, once more with a new one when etcd no longer knows it. */
    private <T> CompletableFuture<T> authenticated(Request<T> request) {
      if (config.credentials() == null) {
        return request.with("");
      }
      return currentToken()
          .thenCompose(request::with)
          .exceptionallyCompose(failure -> {
            var cause = failure instanceof CompletionException ? failure.getCause() : failure;
            if (cause instanceof EtcdFailure etcd
                && etcd.kind() == EtcdFailure.Kind.TOKEN_EXPIRED) {
              token = null;
              return currentToken().thenCompose(request::with);
            }
            return CompletableFuture.failedFuture(cause);
          });
    }

    private CompletableFuture<String> currentToken() {
      var credentials = config.credentials();
      if (credentials == null) {
        return CompletableFuture.completedFuture("");
      }
      if (token == null || token.isCompletedExceptionally()) {
        var answer = new Answer<AuthenticateResponse>();
        stub(AuthGrpc.newStub(channel), "")
            .authenticate(
                AuthenticateRequest.newBuilder()
                    .setNameBytes(ByteString.copyFromUtf8(credentials.user()))
                    .setPasswordBytes(ByteString.copyFromUtf8(credentials.password()))
                    .build(),
                answer);
        token = answer.future.thenApply(AuthenticateResponse::getToken);
      }
      return token;
    }

    private <S extends AbstractStub<S>> S stub(S stub, String bearer) {
      var withDeadline =
          stub.withDeadlineAfter(config.requestTimeout().toNanos(), TimeUnit.NANOSECONDS);
      if (bearer.isEmpty()) {
        return withDeadline;
      }
      var headers = new Metadata();
      headers.put(TOKEN, bearer);
      return withDeadline.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }
  }

  private static final class Answer<T> implements StreamObserver<T> {
    final CompletableFuture<T> future = new CompletableFuture<>();

    @Override
    public void onNext(T value) {
      future.complete(value);
    }

    @Override
    public void onError(Throwable failure) {
      future.completeExceptionally(EtcdFailure.of(failure));
    }

    @Override
    public void onCompleted() {
      future.completeExceptionally(
          new EtcdFailure(EtcdFailure.Kind.UNAVAILABLE, "ended without an answer"));
    }
  }

  private static final class WatchCall
      implements EtcdSession.WatchStream, ClientResponseObserver<WatchRequest, WatchResponse> {
    private final EtcdSession.WatchReceiver receiver;
    private @Nullable ClientCallStreamObserver<WatchRequest> call;

    WatchCall(EtcdSession.WatchReceiver receiver) {
      this.receiver = receiver;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
      call = stream;
      stream.disableAutoRequestWithInitial(1);
    }

    @Override
    public void onNext(WatchResponse response) {
      receiver.received(response);
    }

    @Override
    public void onError(Throwable failure) {
      receiver.ended(EtcdFailure.of(failure));
    }

    @Override
    public void onCompleted() {
      receiver.ended(new EtcdFailure(EtcdFailure.Kind.UNAVAILABLE, "the watch was ended by etcd"));
    }

    @Override
    public void send(WatchRequest request) {
      call().onNext(request);
    }

    @Override
    public void requestOne() {
      call().request(1);
    }

    @Override
    public void cancel() {
      call().cancel("no longer needed", null);
    }

    private ClientCallStreamObserver<WatchRequest> call() {
      if (call == null) {
        throw new IllegalStateException("the call has not been started");
      }
      return call;
    }
  }
}

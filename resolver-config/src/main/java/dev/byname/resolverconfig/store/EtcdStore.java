package dev.byname.resolverconfig.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.byname.pem.Identity;
import dev.byname.pem.Pem;
import dev.byname.pem.PemException;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The store in etcd, for any number of writers: a transaction is one etcd transaction that compares
 * the revisions of the keys it expects.
 *
 * <p>An answer may get lost after etcd did the work (time-out, member killed). Then the very same
 * transaction is sent again: if the first one took place, the comparison fails, and the value of
 * the transaction's {@linkplain Transaction#changing evidence} tells so. Requests are repeated with
 * growing pauses, each time at the next member, a bounded number of times.
 */
public final class EtcdStore implements ObjectStore {
  /** Below etcd's request limit with values of a few KiB. */
  private static final int PAGE_SIZE = 500;

  /** For {@link GetOption}: not as of an older revision. */
  private static final long LATEST = 0;

  private static final int RESPONSE_BYTES_MAX = 64 << 20;
  private static final int THREADS = 2;
  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 1000;

  /** Nothing was done and asking again changes nothing; all others may have been carried out. */
  private static final Set<Status.Code> FINAL =
      Set.of(
          Status.Code.INVALID_ARGUMENT,
          Status.Code.NOT_FOUND,
          Status.Code.ALREADY_EXISTS,
          Status.Code.PERMISSION_DENIED,
          Status.Code.UNAUTHENTICATED,
          Status.Code.RESOURCE_EXHAUSTED,
          Status.Code.FAILED_PRECONDITION,
          Status.Code.OUT_OF_RANGE,
          Status.Code.UNIMPLEMENTED);

  /** An exception in the text of a status; of a system call that failed, what it failed with. */
  private static final Pattern CAUSE =
      Pattern.compile(
          "(?:Caused by: |cause=)[\\w.$]+: (?:\\w+\\(\\.\\.\\) failed with error\\(-\\d+\\):"
              + " )?([^\n"
              + "]*)");

  private final EtcdConfig config;
  private final ExecutorService executor;
  private final Client client;

  private EtcdStore(EtcdConfig config, ExecutorService executor, Client client) {
    this.config = config;
    this.executor = executor;
    this.client = client;
  }

  /**
   * Prepares connections; the first request opens one.
   *
   * @throws StoreException when a certificate file cannot be used
   */
  public static EtcdStore open(EtcdConfig config) {
    var executor =
        Executors.newFixedThreadPool(
            THREADS, Thread.ofPlatform().daemon().name("etcd-store-", 0).factory());
    try {
      var builder =
          Client.builder()
              .endpoints(config.endpoints())
              .executorService(executor)
              .maxInboundMessageSize(RESPONSE_BYTES_MAX)
              .connectTimeout(config.attemptTimeout())
              // Of its own jetcd only renews a token; what else to repeat is decided here.
              .retryMaxAttempts(2)
              .retryDelay(FIRST_PAUSE_MILLIS)
              .retryMaxDelay(2 * FIRST_PAUSE_MILLIS)
              .interceptor(new Deadlines(config.attemptTimeout()));
      if (config.usesTls()) {
        builder.sslContext(ssl -> configureTls(ssl, config));
      }
      config
          .credentials()
          .ifPresent(credentials ->
              builder
                  .user(sequence(credentials.user()))
                  .password(sequence(credentials.password())));
      return new EtcdStore(config, executor, builder.build());
    } catch (IOException | RuntimeException failed) {
      executor.shutdownNow();
      if (failed instanceof StoreException known) {
        throw known;
      }
      throw new StoreException("cannot prepare connections to etcd: " + reason(failed), failed);
    }
  }

  @Override
  public Snapshot read(Set<String> keys, Set<String> prefixes) {
    for (var attempt = 1; ; attempt++) {
      try {
        return readOnce(keys, prefixes);
      } catch (CompactedException compacted) {
        // Between two pages the revision read at was compacted: read a newer picture.
        if (attempt >= config.attempts()) {
          throw new StoreException(
              "etcd compacts faster than " + prefixes + " can be listed", compacted);
        }
      }
    }
  }

  @Override
  public Commit commit(Transaction transaction) {
    var outcomeUnknown = false;
    StoreException failure = null;
    for (var attempt = 1; attempt <= config.attempts(); attempt++) {
      if (attempt > 1) {
        pause(attempt);
      }
      try {
        var response = await(() -> send(transaction));
        if (response.isSucceeded()) {
          return new Commit.Committed(versions(transaction, response.getHeader().getRevision()));
        }
        if (outcomeUnknown && tookPlace(transaction)) {
          return new Commit.Committed(versions(transaction, currentVersion(transaction)));
        }
        return new Commit.Conflict(changedKey(transaction, response.getGetResponses()));
      } catch (RequestException failed) {
        failure =
            new StoreException(
                "cannot write to " + description() + ": " + failed.getMessage(),
                failed,
                outcomeUnknown || !failed.isFinal);
        if (failed.isFinal) {
          break;
        }
        outcomeUnknown = true;
      }
    }
    throw requireNonNull(failure);
  }

  @Override
  public boolean isFolder() {
    return false;
  }

  @Override
  public String description() {
    return "etcd at "
        + config.endpoints().stream().map(Object::toString).collect(Collectors.joining(","));
  }

  @Override
  public String place(String key) {
    return config.prefix() + "/" + key;
  }

  @Override
  public void close() {
    client.close();
    executor.shutdownNow();
  }

  private Snapshot readOnce(Set<String> keys, Set<String> prefixes) {
    var values = new TreeMap<String, StoredValue>();
    var operations = new ArrayList<Op>();
    for (var key : keys) {
      operations.add(Op.get(etcdKey(key), GetOption.DEFAULT));
    }
    var listings = List.copyOf(prefixes);
    for (var prefix : listings) {
      operations.add(Op.get(etcdKey(prefix), page(prefix, LATEST)));
    }
    if (operations.isEmpty()) {
      return new Snapshot(values);
    }
    var response =
        readRepeatedly(
            () -> client.getKVClient().txn().Then(operations.toArray(Op[]::new)).commit());
    var revision = response.getHeader().getRevision();
    var gets = response.getGetResponses();
    for (var i = 0; i < keys.size(); i++) {
      collect(gets.get(i), values);
    }
    for (var i = 0; i < listings.size(); i++) {
      var prefix = listings.get(i);
      var page = gets.get(keys.size() + i);
      collect(page, values);
      while (page.isMore()) {
        // The smallest key after the last one, as of the same moment.
        var next = page.getKvs().getLast().getKey().concat(ByteSequence.from(new byte[1]));
        page = readRepeatedly(() -> client.getKVClient().get(next, page(prefix, revision)));
        collect(page, values);
      }
    }
    return new Snapshot(values);
  }

  private CompletableFuture<io.etcd.jetcd.kv.TxnResponse> send(Transaction transaction) {
    var expected = transaction.expectedVersions();
    var comparisons =
        expected.entrySet().stream()
            .map(entry ->
                new Cmp(
                    etcdKey(entry.getKey()), Cmp.Op.EQUAL, CmpTarget.modRevision(entry.getValue())))
            .toArray(Cmp[]::new);
    var changes = new ArrayList<Op>();
    transaction
        .puts()
        .forEach((key, value) ->
            changes.add(Op.put(etcdKey(key), ByteSequence.from(value), PutOption.DEFAULT)));
    for (var key : transaction.deletes()) {
      changes.add(Op.delete(etcdKey(key), DeleteOption.DEFAULT));
    }
    var looks =
        expected.keySet().stream()
            .map(key -> Op.get(etcdKey(key), GetOption.builder().withKeysOnly(true).build()))
            .toArray(Op[]::new);
    return client
        .getKVClient()
        .txn()
        .If(comparisons)
        .Then(changes.toArray(Op[]::new))
        .Else(looks)
        .commit();
  }

  /** After a lost answer: whether the evidence has the value that the transaction gives it. */
  private boolean tookPlace(Transaction transaction) {
    var found = read(Set.of(transaction.evidence()), Set.of()).get(transaction.evidence());
    var put = transaction.puts().get(transaction.evidence());
    return put == null
        ? found.isEmpty()
        : found.isPresent() && Arrays.equals(found.get().bytes(), put);
  }

  private long currentVersion(Transaction transaction) {
    return read(Set.of(transaction.evidence()), Set.of()).version(transaction.evidence());
  }

  private static Map<String, Long> versions(Transaction transaction, long revision) {
    var versions = new TreeMap<String, Long>();
    for (var key : transaction.puts().keySet()) {
      versions.put(key, revision);
    }
    return versions;
  }

  /** The first key whose revision is not the expected one; the looks are in the same order. */
  private static String changedKey(Transaction transaction, List<GetResponse> looks) {
    var i = 0;
    for (var expected : transaction.expectedVersions().entrySet()) {
      var found = looks.get(i++).getKvs();
      var version = found.isEmpty() ? Transaction.ABSENT : found.getFirst().getModRevision();
      if (version != expected.getValue()) {
        return expected.getKey();
      }
    }
    throw new IllegalStateException("etcd refused a transaction whose comparisons hold");
  }

  private void collect(GetResponse response, Map<String, StoredValue> values) {
    for (var found : response.getKvs()) {
      var key = found.getKey().toString(UTF_8).substring(config.prefix().length() + 1);
      values.put(key, new StoredValue(key, found.getValue().getBytes(), found.getModRevision()));
    }
  }

  /** Reads change nothing, so they are simply repeated. */
  private <T> T readRepeatedly(Supplier<CompletableFuture<T>> request) {
    RequestException failure = null;
    for (var attempt = 1; attempt <= config.attempts(); attempt++) {
      if (attempt > 1) {
        pause(attempt);
      }
      try {
        return await(request);
      } catch (RequestException failed) {
        failure = failed;
        if (failed.isFinal) {
          break;
        }
      }
    }
    throw new StoreException(
        "cannot read from " + description() + ": " + requireNonNull(failure).getMessage(), failure);
  }

  private <T> T await(Supplier<CompletableFuture<T>> request) {
    try {
      // The deadline of the call ends it; the margin is for a call that never got to be one.
      return request.get().get(2 * config.attemptTimeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new RequestException("interrupted", interrupted, true);
    } catch (TimeoutException late) {
      throw new RequestException("no answer in time", late, false);
    } catch (ExecutionException failed) {
      var cause = failed.getCause() == null ? failed : failed.getCause();
      var message = reason(cause);
      if (message.contains("required revision has been compacted")) {
        throw new CompactedException(cause);
      }
      throw new RequestException(
          message, cause, FINAL.contains(Status.fromThrowable(cause).getCode()));
    }
  }

  private static void pause(int attempt) {
    var millis = Math.min(FIRST_PAUSE_MILLIS << (attempt - 2), LONGEST_PAUSE_MILLIS);
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private GetOption page(String prefix, long revision) {
    // '0' follows '/', so this is the first key after all that begin with the prefix.
    var end = prefix.substring(0, prefix.length() - 1) + '0';
    return GetOption.builder()
        .withRange(etcdKey(end))
        .withLimit(PAGE_SIZE)
        .withRevision(revision)
        .build();
  }

  private ByteSequence etcdKey(String key) {
    return sequence(config.prefix() + "/" + key);
  }

  private static ByteSequence sequence(String text) {
    return ByteSequence.from(text, UTF_8);
  }

  private static void configureTls(SslContextBuilder ssl, EtcdConfig config) {
    try {
      if (config.authority().isPresent()) {
        ssl.trustManager(Pem.read(config.authority().get()).certificates());
      }
      if (config.certificate().isPresent() && config.key().isPresent()) {
        var identity =
            Identity.of(Pem.read(config.certificate().get()), Pem.read(config.key().get()));
        ssl.keyManager(identity.key(), identity.chain());
      }
    } catch (PemException wrong) {
      throw new StoreException(String.valueOf(wrong.getMessage()), wrong);
    }
  }

  /** One line. What kept gRPC from connecting stands in its description, stack traces included. */
  private static String reason(Throwable failed) {
    var status = Status.fromThrowable(failed);
    var text = status.getDescription() == null ? failed.getMessage() : status.getDescription();
    var message = text == null ? failed.getClass().getSimpleName() : text;
    var causes = CAUSE.matcher(message).results().toList();
    if (!causes.isEmpty()) {
      return causes.getLast().group(1);
    }
    if (status.getCode() == Status.Code.DEADLINE_EXCEEDED) {
      return "no answer in time";
    }
    var deepest = failed;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    var cause = deepest.getMessage();
    return cause == null || message.contains(cause) ? message : message + " (" + cause + ")";
  }

  /** Bounds every call, so that a member that was stopped does not hold a request for ever. */
  private record Deadlines(Duration timeout) implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      return next.newCall(
          method, options.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS));
    }
  }

  /** One request failed. */
  private static final class RequestException extends RuntimeException {
    private final boolean isFinal;

    RequestException(String message, Throwable cause, boolean isFinal) {
      super(message, cause);
      this.isFinal = isFinal;
    }
  }

  private static final class CompactedException extends RuntimeException {
    CompactedException(Throwable cause) {
      super(cause);
    }
  }
}

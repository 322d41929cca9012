package dev.byname.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.PutOption;
import java.net.URI;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Writes thousands of keys to a test's etcd, in seconds. */
public final class EtcdBulk {
  /** etcd takes 128 in a transaction unless told otherwise. */
  private static final int KEYS_PER_TRANSACTION = 100;

  private static final int LIMIT_SECONDS = 30;

  private EtcdBulk() {}

  /**
   * @param key of each number from 0 up to {@code count}
   * @param value of the same number
   */
  public static void put(
      List<URI> endpoints, int count, IntFunction<String> key, IntFunction<String> value) {
    try (var threads = Executors.newFixedThreadPool(2);
        var client = Client.builder().endpoints(endpoints).executorService(threads).build()) {
      for (int from = 0; from < count; from += KEYS_PER_TRANSACTION) {
        var puts =
            IntStream.range(from, Math.min(count, from + KEYS_PER_TRANSACTION))
                .mapToObj(i ->
                    Op.put(
                        ByteSequence.from(key.apply(i), UTF_8),
                        ByteSequence.from(value.apply(i), UTF_8),
                        PutOption.DEFAULT))
                .toArray(Op[]::new);
        client.getKVClient().txn().Then(puts).commit().get(LIMIT_SECONDS, TimeUnit.SECONDS);
      }
    } catch (ExecutionException | TimeoutException failed) {
      throw new IllegalStateException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }
}

package dev.byname.source.kubernetes;

import dev.byname.source.JsonTree;
import dev.byname.source.Tree;
import dev.byname.source.kubernetes.KubernetesSourceConfig.Access;
import dev.byname.source.kubernetes.KubernetesSourceConfig.Pace;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Lists whole objects once, for commands that look at a cluster and end. */
public final class ObjectLister implements AutoCloseable {
  private final ApiClient api;
  private final Timing timing;
  private final ExecutorService threads;

  /**
   * Reads how the server is reached; the first list opens a connection.
   *
   * @param environment a variable's value, null when unset
   * @throws AccessException when the files are wrong
   */
  public ObjectLister(
      Access access,
      Timing timing,
      Function<String, @Nullable String> environment,
      String userAgent)
      throws AccessException {
    this.timing = timing;
    threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("kubernetes-", 0).factory());
    var limits =
        new RequestLimits(
            KubernetesSourceConfig.DEFAULT_REQUESTS_PER_SECOND,
            KubernetesSourceConfig.DEFAULT_REQUEST_BURST,
            0,
            timing);
    api =
        new ApiClient(
            access,
            environment,
            limits,
            timing,
            threads,
            Pace.DEFAULT.answerWithin(),
            userAgent,
            RequestObserver.NONE);
  }

  /** Where it asks. */
  public URI server() {
    return api.server();
  }

  /**
   * All objects of a resource in all namespaces.
   *
   * @param path such as {@code /api/v1/services}
   * @return empty where the server does not have this API
   * @throws AccessException when the server cannot be reached or refuses
   */
  public Optional<List<Tree>> list(String path) throws AccessException, InterruptedException {
    var objects = new ArrayList<Tree>();
    // In one answer: pages can expire on the way, and objects are decoded as they come anyway.
    try (var stream =
        new ApiStream(api.get(path, "application/json"), Pace.DEFAULT.listSilence(), timing)) {
      stream.list(parser -> objects.add(JsonTree.read(parser)));
      return Optional.of(objects);
    } catch (ApiFailure.NotServed unknown) {
      return Optional.empty();
    } catch (ApiFailure failed) {
      throw new AccessException("cannot list %s%s: %s".formatted(server(), path, failed.reason()));
    }
  }

  @Override
  public void close() {
    api.close();
    threads.shutdownNow();
  }
}

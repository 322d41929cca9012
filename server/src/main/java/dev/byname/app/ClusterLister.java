package dev.byname.app;

import dev.byname.source.Tree;
import dev.byname.source.kubernetes.AccessException;
import dev.byname.source.kubernetes.KubernetesSourceConfig.Access;
import dev.byname.source.kubernetes.ObjectLister;
import dev.byname.source.kubernetes.Timing;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** Lists a cluster's objects by its API, for commands of other modules. */
public final class ClusterLister implements AutoCloseable {
  private final ScheduledExecutorService scheduler;
  private final ObjectLister lister;

  private ClusterLister(ScheduledExecutorService scheduler, ObjectLister lister) {
    this.scheduler = scheduler;
    this.lister = lister;
  }

  /**
   * As kubectl would.
   *
   * @param context null for the file's current-context
   * @throws AccessException when the file is wrong
   */
  public static ClusterLister open(Path kubeconfig, @Nullable String context)
      throws AccessException {
    var clocks = Clocks.system();
    var scheduler =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("cluster-lister").daemon().factory());
    try {
      var lister =
          new ObjectLister(
              new Access.Kubeconfig(kubeconfig, context),
              new Timing(clocks.instants(), clocks.nanoTime(), scheduler, new SecureRandom()),
              System::getenv,
              "byname/" + Byname.Version.text());
      return new ClusterLister(scheduler, lister);
    } catch (AccessException | RuntimeException wrong) {
      scheduler.shutdownNow();
      throw wrong;
    }
  }

  /** As {@link ObjectLister#server}. */
  public URI server() {
    return lister.server();
  }

  /** As {@link ObjectLister#list}. */
  public Optional<List<Tree>> list(String path) throws AccessException, InterruptedException {
    return lister.list(path);
  }

  @Override
  public void close() {
    lister.close();
    scheduler.shutdownNow();
  }
}

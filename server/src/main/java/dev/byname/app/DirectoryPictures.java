package dev.byname.app;

import dev.byname.cluster.ClusterState;
import dev.byname.cluster.ClusterWriter;
import dev.byname.lookup.ClusterSource;
import dev.byname.lookup.PictureOpener;
import dev.byname.plugin.kubernetes.PictureSource;
import dev.byname.plugin.kubernetes.PictureSource.ApiLimits;
import dev.byname.plugin.kubernetes.PictureSource.Origin;
import dev.byname.source.ProgrammingLatency;
import dev.byname.source.Source;
import dev.byname.source.kubernetes.RequestObserver;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** Opens pictures for {@link dev.byname.lookup.ServiceDirectory}; found through ServiceLoader. */
public final class DirectoryPictures implements PictureOpener {
  private static final ApiLimits DEFAULT_LIMITS = new ApiLimits(0, 0, 0);

  @Override
  public Opened open(ClusterSource source) {
    Origin origin =
        switch (source) {
          case ClusterSource.Manifests manifests -> new Origin.Manifests(manifests.folder());
          case ClusterSource.Etcd etcd ->
              new Origin.Etcd(etcd.endpoints(), "/registry", null, "", "");
          case ClusterSource.InCluster inCluster -> new Origin.InCluster(DEFAULT_LIMITS);
          case ClusterSource.Kubeconfig kubeconfig ->
              new Origin.Kubeconfig(kubeconfig.file(), "", DEFAULT_LIMITS);
        };
    var from = new PictureSource(origin, "", Set.of(), "", true, false, true, false, null);
    Clocks clocks = Clocks.system();
    ScheduledExecutorService scheduler =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("byname-directory").daemon().factory());
    var state = new ClusterState(() -> clocks.epochMillis().getAsLong() / 1000);
    var writer = new ClusterWriter(state, "directory");
    Source reading;
    try {
      reading =
          new Sources(clocks, scheduler, ProgrammingLatency.NONE, RequestObserver.NONE)
              .create(from, state, writer);
    } catch (ConfigurationException e) {
      writer.close();
      scheduler.shutdownNow();
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    reading.start();
    return new Reading(state, writer, reading, scheduler);
  }

  private record Reading(
      ClusterState state, ClusterWriter writer, Source source, ScheduledExecutorService scheduler)
      implements Opened {
    @Override
    public void whileStill(Runnable action) {
      writer.call(action);
    }

    @Override
    public String detail() {
      return source.status().detail();
    }

    @Override
    public void close() {
      source.close();
      writer.close();
      scheduler.shutdownNow();
    }
  }
}

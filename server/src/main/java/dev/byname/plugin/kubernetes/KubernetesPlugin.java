package dev.byname.plugin.kubernetes;

import dev.byname.cluster.ClusterState.Standing;
import dev.byname.plugin.PluginRuntime;
import dev.byname.query.ClusterResolver;
import dev.byname.query.Plugin;
import dev.byname.query.PrecomputedZone;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.query.Step.AnswerFilter;
import dev.byname.query.ZoneSource;
import dev.byname.wire.DomainName;
import dev.byname.zone.ClusterZone;
import dev.byname.zone.ZoneOptions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The cluster zone as a member of the chain; opens the picture it answers from and gives it back.
 */
final class KubernetesPlugin implements Plugin, PrecomputedZone, ZoneSource {
  private final KubernetesConfig config;
  private final ClusterPicture.Provider pictures;
  private final ClusterPicture picture;
  private final ClusterZone zone;
  private final ClusterResolver resolver;
  private final LongSupplier nanoTime;
  private final FirstPicture first;
  private volatile boolean closed;
  private final NameMetadata metadata;

  KubernetesPlugin(
      KubernetesConfig config, ClusterPicture.Provider pictures, PluginRuntime runtime) {
    this.config = config;
    this.pictures = pictures;
    nanoTime = runtime.nanoTime();
    picture = pictures.open(config.source());
    ZoneOptions options = config.zone().withLocalAddresses(pictures.localAddresses());
    zone = new ClusterZone(options, picture.state());
    resolver = new ClusterResolver(zone);
    metadata = new NameMetadata(options, picture.state());
    first = new FirstPicture(picture.state(), runtime.scheduler());
    picture.whileStill(() -> {
      zone.attach();
      first.attach();
    });
  }

  @Override
  public String name() {
    return "kubernetes";
  }

  @Override
  public void addMetadata(Request request) {
    metadata.addTo(request);
  }

  @Override
  public ClusterZone zone() {
    return zone;
  }

  @Override
  public void whileStill(Runnable action) {
    picture.whileStill(action);
  }

  /** Reverse zones are not given away: nothing but queries can tell what they hold. */
  @Override
  public List<DomainName> origins() {
    return zone.options().origins().stream().filter(o -> !ZoneOptions.isReverse(o)).toList();
  }

  @Override
  public @Nullable ZoneCopy copyOf(DomainName origin) {
    return picture.state().standing() == Standing.PARTIAL || !origins().contains(origin)
        ? null
        : new ZoneCopy(zone.soaRecord(origin), zone.recordsBehindSoa(origin));
  }

  @Override
  public String notReady() {
    return picture.state().synced() ? "" : picture.detail();
  }

  /** Counts from when the reading began: a reload gives no second time to wait. */
  @Override
  public void start() {
    long readingNanos = nanoTime.getAsLong() - picture.openedNanos();
    first.startDeadline(config.startupTimeout().minusNanos(readingNanos));
  }

  @Override
  public void close() {
    closed = true;
    picture.whileStill(() -> {
      zone.close();
      first.detach();
    });
    first.end();
    pictures.release(picture);
  }

  @Override
  public Step handle(Request request, Chain chain) {
    if (!first.isOver() && resolver.unsettled(request)) {
      CompletionStage<@Nullable Void> end = first.await();
      if (end != null) {
        return new Step.Pending(end.thenCompose(_ -> answerAfterWaiting(request, chain)));
      }
    }
    return resolver.answer(request, chain);
  }

  private CompletionStage<Response> answerAfterWaiting(Request request, Chain chain) {
    if (closed) {
      return chain.server(request); // which is another configuration's by now
    }
    return switch (resolver.answer(request, chain)) {
      case Step.Answer(Response response) -> CompletableFuture.completedStage(response);
      case Step.Pending(CompletionStage<Response> later) -> later;
      case Step.Next(Request next, @Nullable AnswerFilter none) -> chain.next(next);
    };
  }
}

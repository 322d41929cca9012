package dev.byname.plugin.kubernetes;

import dev.byname.query.ClusterResolver;
import dev.byname.query.Plugin;
import dev.byname.query.PrecomputedZone;
import dev.byname.query.Request;
import dev.byname.query.Step;
import dev.byname.zone.ClusterZone;
import dev.byname.zone.ZoneOptions;
import java.time.Duration;

/**
 * The cluster zone as a member of the chain; opens the picture it answers from and gives it back.
 */
final class KubernetesPlugin implements Plugin, PrecomputedZone {
  private final KubernetesConfig config;
  private final ClusterPicture.Provider pictures;
  private final ClusterPicture picture;
  private final ClusterZone zone;
  private final ClusterResolver resolver;

  KubernetesPlugin(KubernetesConfig config, ClusterPicture.Provider pictures) {
    this.config = config;
    this.pictures = pictures;
    picture = pictures.open(config.source());
    ZoneOptions options = config.zone().withLocalAddresses(pictures.localAddresses());
    zone = new ClusterZone(options, picture.state());
    resolver = new ClusterResolver(zone);
    picture.whileStill(zone::attach);
  }

  @Override
  public String name() {
    return "kubernetes";
  }

  @Override
  public ClusterZone zone() {
    return zone;
  }

  @Override
  public Duration startupTimeout() {
    return config.startupTimeout();
  }

  @Override
  public String notReady() {
    return picture.state().synced() ? "" : picture.detail();
  }

  @Override
  public void close() {
    picture.whileStill(zone::close);
    pictures.release(picture);
  }

  @Override
  public Step handle(Request request, Chain chain) {
    return resolver.answer(request, chain);
  }
}

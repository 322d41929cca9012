package dev.byname.plugin.kubernetes;

import dev.byname.cluster.LabelSelector;
import dev.byname.cluster.LabelSelectors;
import dev.byname.corefile.Directive;
import dev.byname.corefile.DirectiveReader;
import dev.byname.corefile.GoDuration;
import dev.byname.corefile.Problems;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.plugin.PrecomputedPath;
import dev.byname.plugin.kubernetes.PictureSource.ApiLimits;
import dev.byname.plugin.kubernetes.PictureSource.Origin;
import dev.byname.plugin.kubernetes.PictureSource.SnapshotFile;
import dev.byname.plugin.kubernetes.PictureSource.Tls;
import dev.byname.query.Plugin;
import dev.byname.wire.DomainName;
import dev.byname.zone.ZoneOptions;
import dev.byname.zone.ZoneOptions.PodMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads {@code kubernetes}. */
public final class KubernetesFactory implements PluginFactory<KubernetesConfig> {
  private static final Duration MAX_AGE_DEFAULT = Duration.ofHours(24);

  @Override
  public String name() {
    return "kubernetes";
  }

  @Override
  public @Nullable KubernetesConfig parse(
      List<Directive> directives, BlockContext block, Problems problems) {
    for (Directive repeated : directives.subList(1, directives.size())) {
      problems.add(repeated.location(), "kubernetes may stand only once in a server block");
    }
    var in = new DirectiveReader(directives.getFirst(), problems);
    List<String> zones = in.argumentCount() > 0 ? in.zones() : block.zones();
    List<DomainName> origins = zones.stream().map(DomainName::of).distinct().toList();
    if (!origins.isEmpty() && origins.stream().allMatch(ZoneOptions::isReverse)) {
      in.complain(
          "needs a zone that is not a reverse zone, for the names that PTR records point to");
      return null;
    }

    Set<String> namespaces = new HashSet<>(in.option("namespaces").texts());
    String labels = selectorText(in.option("labels"));
    String namespaceLabels = selectorText(in.option("namespace_labels"));
    if (!namespaces.isEmpty() && !namespaceLabels.isEmpty()) {
      in.option("namespace_labels").complain("cannot be used together with namespaces");
    }
    PodMode pods = in.option("pods").word(PodMode.class).orElse(PodMode.DISABLED);
    boolean noEndpoints = in.flag("noendpoints");
    boolean zonal = in.flag("zonal");
    if (zonal && noEndpoints) {
      in.option("zonal").complain("needs endpoints: remove noendpoints");
    }
    boolean endpointPodNames = in.flag("endpoint_pod_names");
    int ttlSeconds = in.option("ttl").integer(0, 3600).orElse(ZoneOptions.DEFAULT_TTL_SECONDS);
    DirectiveReader ignore = in.option("ignore");
    boolean ignoreEmpty = ignore.isPresent() && ignore.word("empty_service").isPresent();
    Duration startupTimeout =
        in.option("startup_timeout")
            .duration(Duration.ZERO, GoDuration.MAX)
            .orElse(KubernetesConfig.DEFAULT_STARTUP_TIMEOUT);
    DirectiveReader fall = in.option("fallthrough");
    List<DomainName> fallThrough =
        fall.isPresent()
            ? fall.zonesFrom(0, List.of(".")).stream().map(DomainName::of).toList()
            : List.of();
    Set<DomainName> multicluster = multicluster(in, origins);
    Origin origin = origin(in, block.folder());
    SnapshotFile snapshot = snapshot(in, block.folder());
    in.done();
    if (origins.isEmpty()) {
      return null;
    }

    var zone =
        new ZoneOptions(
            origins,
            ttlSeconds,
            pods,
            namespaces,
            namespaceLabels.isEmpty() ? null : selector(namespaceLabels),
            endpointPodNames,
            ignoreEmpty,
            noEndpoints,
            zonal,
            multicluster,
            fallThrough,
            List.of());
    var source =
        new PictureSource(
            origin,
            labels,
            namespaces,
            namespaceLabels,
            !noEndpoints,
            pods == PodMode.VERIFIED,
            endpointPodNames,
            !multicluster.isEmpty(),
            snapshot);
    return new KubernetesConfig(zone, source, startupTimeout);
  }

  private static String selectorText(DirectiveReader option) {
    if (!option.isPresent() || !option.takesAtLeast(1)) {
      return "";
    }
    String text = String.join(" ", option.texts());
    try {
      LabelSelectors.parse(text);
      return text;
    } catch (IllegalArgumentException e) {
      option.complain("is no label selector: " + e.getMessage());
      return "";
    }
  }

  private static LabelSelector selector(String text) {
    return LabelSelectors.parse(text);
  }

  private static Set<DomainName> multicluster(DirectiveReader in, List<DomainName> origins) {
    DirectiveReader option = in.option("multicluster");
    Set<DomainName> zones = new HashSet<>();
    if (option.isPresent()) {
      for (String zone : option.zonesFrom(0, List.of())) {
        DomainName name = DomainName.of(zone);
        if (origins.contains(name)) {
          zones.add(name);
        } else {
          option.complain(zone + " is not among the zones of this kubernetes block: " + origins);
        }
      }
    }
    return zones;
  }

  private static Origin origin(DirectiveReader in, Path folder) {
    var limits =
        new ApiLimits(
            decimal(in.option("apiserver_qps")),
            in.option("apiserver_burst").integer(0, Integer.MAX_VALUE).orElse(0),
            in.option("apiserver_max_inflight").integer(0, Integer.MAX_VALUE).orElse(0));
    DirectiveReader manifests = in.option("manifests");
    DirectiveReader etcd = in.option("etcd");
    DirectiveReader kubeconfig = in.option("kubeconfig");
    DirectiveReader endpoint = in.option("endpoint");
    Tls tls = tls(in.option("tls"), folder);
    if (manifests.isPresent()
        && (etcd.isPresent() || kubeconfig.isPresent() || endpoint.isPresent())) {
      manifests.complain(
          "is one place to read the cluster from: remove etcd, kubeconfig and endpoint, or this");
    } else if (etcd.isPresent() && (kubeconfig.isPresent() || endpoint.isPresent())) {
      etcd.complain(
          "is one place to read the cluster from: remove kubeconfig and endpoint, or this");
    }
    if (manifests.isPresent()) {
      return new Origin.Manifests(manifests.path(folder).orElse(folder));
    }
    if (etcd.isPresent()) {
      return etcd(etcd, folder);
    }
    if (kubeconfig.isPresent()) {
      kubeconfig.takes(1, 2);
      Path file =
          kubeconfig.argumentCount() > 0
              ? kubeconfig.argument(0).path(folder).orElse(folder)
              : folder;
      String context = kubeconfig.argumentCount() > 1 ? kubeconfig.argument(1).text() : "";
      return new Origin.Kubeconfig(file, context, limits);
    }
    if (endpoint.isPresent() && endpoint.takesAtLeast(1)) {
      if (endpoint.argumentCount() > 1) {
        endpoint.warn(
            "several endpoints are deprecated in CoreDNS too: only the first one is used");
      }
      return new Origin.ApiServer(endpoint.argument(0).text(), tls, limits);
    }
    return new Origin.InCluster(limits);
  }

  private static double decimal(DirectiveReader option) {
    return option.isPresent()
        ? option.only().flatMap(value -> value.decimal(0, Float.MAX_VALUE)).orElse(0.0)
        : 0.0;
  }

  private static @Nullable Tls tls(DirectiveReader option, Path folder) {
    if (!option.isPresent() || !option.takes(3)) {
      return null;
    }
    return new Tls(
        option.argument(0).path(folder).orElse(null),
        option.argument(1).path(folder).orElse(null),
        option.argument(2).path(folder).orElse(null));
  }

  private static Origin etcd(DirectiveReader etcd, Path folder) {
    List<String> endpoints = new ArrayList<>();
    if (etcd.takesAtLeast(1)) {
      for (String endpoint : etcd.texts()) {
        endpoints.add(endpoint.contains("://") ? endpoint : "http://" + endpoint);
      }
    }
    String prefix = etcd.option("prefix").text().orElse("/registry");
    DirectiveReader credentials = etcd.option("credentials");
    boolean known = credentials.isPresent() && credentials.takes(2);
    return new Origin.Etcd(
        endpoints,
        prefix,
        tls(etcd.option("tls"), folder),
        known ? credentials.argument(0).text() : "",
        known ? credentials.argument(1).text() : "");
  }

  private static @Nullable SnapshotFile snapshot(DirectiveReader in, Path folder) {
    DirectiveReader option = in.option("snapshot");
    if (!option.isPresent() || !option.takes(1)) {
      return null;
    }
    Duration maxAge =
        option
            .option("max_age")
            .duration(Duration.ofSeconds(1), GoDuration.MAX)
            .orElse(MAX_AGE_DEFAULT);
    return option.argument(0).path(folder).map(file -> new SnapshotFile(file, maxAge)).orElse(null);
  }

  /** It is what the precomputed path answers for. */
  @Override
  public PrecomputedPath precomputedPath(KubernetesConfig config) {
    return new PrecomputedPath.Answers(config.zone().origins());
  }

  @Override
  public List<String> describe(KubernetesConfig config) {
    ZoneOptions zone = config.zone();
    List<String> facts = new ArrayList<>();
    facts.add("zones " + join(zone.origins()) + ", ttl " + zone.ttlSeconds() + " s");
    facts.add("picture from " + config.source().origin());
    SnapshotFile snapshot = config.source().snapshot();
    if (snapshot != null) {
      facts.add(
          "last known good picture in " + snapshot.file() + ", used up to " + snapshot.maxAge());
    }
    if (zone.pods() != PodMode.DISABLED) {
      facts.add("pods " + zone.pods().name().toLowerCase(Locale.ROOT));
    }
    if (!zone.namespaces().isEmpty()) {
      facts.add("only namespaces " + String.join(" ", new TreeSet<>(zone.namespaces())));
    }
    if (!config.source().labels().isEmpty()) {
      facts.add("only objects with labels " + config.source().labels());
    }
    if (!config.source().namespaceLabels().isEmpty()) {
      facts.add("only namespaces with labels " + config.source().namespaceLabels());
    }
    if (!zone.fallThrough().isEmpty()) {
      facts.add("names that do not exist fall through in " + join(zone.fallThrough()));
    }
    if (!zone.multiclusterOrigins().isEmpty()) {
      facts.add("multicluster " + join(List.copyOf(zone.multiclusterOrigins())));
    }
    for (String flag : flags(zone)) {
      facts.add(flag);
    }
    return facts;
  }

  private static List<String> flags(ZoneOptions zone) {
    List<String> flags = new ArrayList<>();
    if (zone.endpointPodNames()) {
      flags.add("endpoint_pod_names");
    }
    if (zone.ignoreEmptyServices()) {
      flags.add("ignore empty_service");
    }
    if (zone.noEndpoints()) {
      flags.add("noendpoints");
    }
    if (zone.zonal()) {
      flags.add("zonal");
    }
    return flags;
  }

  private static String join(List<DomainName> names) {
    return String.join(" ", names.stream().map(DomainName::toString).toList());
  }

  @Override
  public Plugin create(KubernetesConfig config, BlockContext block, PluginRuntime runtime) {
    return new KubernetesPlugin(config, runtime.service(ClusterPicture.Provider.class), runtime);
  }
}

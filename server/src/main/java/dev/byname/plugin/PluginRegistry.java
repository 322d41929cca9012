package dev.byname.plugin;

import dev.byname.corefile.DirectiveNames;
import dev.byname.plugin.acl.AclFactory;
import dev.byname.plugin.any.AnyFactory;
import dev.byname.plugin.autopath.AutopathFactory;
import dev.byname.plugin.bind.BindFactory;
import dev.byname.plugin.bufsize.BufsizeFactory;
import dev.byname.plugin.cache.CacheFactory;
import dev.byname.plugin.cancel.CancelFactory;
import dev.byname.plugin.chaos.ChaosFactory;
import dev.byname.plugin.debug.DebugFactory;
import dev.byname.plugin.dns64.Dns64Factory;
import dev.byname.plugin.errors.ErrorsFactory;
import dev.byname.plugin.etcd.EtcdFactory;
import dev.byname.plugin.file.FileFactory;
import dev.byname.plugin.forward.ForwardFactory;
import dev.byname.plugin.header.HeaderFactory;
import dev.byname.plugin.health.HealthFactory;
import dev.byname.plugin.hosts.HostsFactory;
import dev.byname.plugin.https.HttpsFactory;
import dev.byname.plugin.k8sexternal.K8sExternalFactory;
import dev.byname.plugin.kubernetes.KubernetesFactory;
import dev.byname.plugin.loadbalance.LoadbalanceFactory;
import dev.byname.plugin.local.LocalFactory;
import dev.byname.plugin.log.LogFactory;
import dev.byname.plugin.loop.LoopFactory;
import dev.byname.plugin.metadata.MetadataFactory;
import dev.byname.plugin.minimal.MinimalFactory;
import dev.byname.plugin.multisocket.MultisocketFactory;
import dev.byname.plugin.nsid.NsidFactory;
import dev.byname.plugin.prometheus.PrometheusFactory;
import dev.byname.plugin.ready.ReadyFactory;
import dev.byname.plugin.reload.ReloadFactory;
import dev.byname.plugin.rewrite.RewriteFactory;
import dev.byname.plugin.template.TemplateFactory;
import dev.byname.plugin.timeouts.TimeoutsFactory;
import dev.byname.plugin.tls.TlsFactory;
import dev.byname.plugin.transfer.TransferFactory;
import dev.byname.plugin.view.ViewFactory;
import dev.byname.plugin.whoami.WhoamiFactory;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Every directive that Byname understands, in the order in which queries meet them: CoreDNS's fixed
 * order, whatever the order in the Corefile.
 */
public final class PluginRegistry {
  /** One row per plugin. */
  private static final List<PluginFactory<?>> FACTORIES =
      Stream.<PluginFactory<?>>of(
              new AclFactory(),
              new AnyFactory(),
              new AutopathFactory(),
              new BindFactory(),
              new BufsizeFactory(),
              new CacheFactory(),
              new CancelFactory(),
              new ChaosFactory(),
              new DebugFactory(),
              new Dns64Factory(),
              new ErrorsFactory(),
              new EtcdFactory(),
              new FileFactory(),
              new ForwardFactory(),
              new HeaderFactory(),
              new HealthFactory(),
              new HostsFactory(),
              new HttpsFactory(),
              new K8sExternalFactory(),
              new KubernetesFactory(),
              new LoadbalanceFactory(),
              new LocalFactory(),
              new LogFactory(),
              new LoopFactory(),
              new MetadataFactory(),
              new MinimalFactory(),
              new MultisocketFactory(),
              new NsidFactory(),
              new PrometheusFactory(),
              new ReadyFactory(),
              new ReloadFactory(),
              new RewriteFactory(),
              new TemplateFactory(),
              new TimeoutsFactory(),
              new TlsFactory(),
              new TransferFactory(),
              new ViewFactory(),
              new WhoamiFactory())
          .sorted((one, other) -> Integer.compare(place(one), place(other)))
          .toList();

  private PluginRegistry() {}

  private static int place(PluginFactory<?> plugin) {
    return DirectiveNames.CORE_DNS_ORDER.indexOf(plugin.name());
  }

  public static List<PluginFactory<?>> factories() {
    return FACTORIES;
  }

  public static List<String> names() {
    return FACTORIES.stream().map(PluginFactory::name).toList();
  }

  public static @Nullable PluginFactory<?> byName(String name) {
    return FACTORIES.stream().filter(f -> f.name().equals(name)).findFirst().orElse(null);
  }
}

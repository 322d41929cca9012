package dev.byname.plugin.autopath;

import dev.byname.cluster.IpAddress;
import dev.byname.cluster.Pod;
import dev.byname.plugin.autopath.AutopathConfig.Source;
import dev.byname.query.Plugin;
import dev.byname.query.PrecomputedZone;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.rdata.Message;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.Rdata.NameRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.DomainName;
import dev.byname.wire.Rcode;
import dev.byname.zone.ZoneOptions.PodMode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Goes through the client's search list at its first query, so that it need not. */
final class Autopath implements Plugin {
  private static final Logger log = LoggerFactory.getLogger(Autopath.class);

  private final AutopathConfig config;
  private final List<DomainName> machineSearch;
  private final AutopathObserver observer;
  private @Nullable PrecomputedZone kubernetes;

  /**
   * @param machineSearch what stands behind the cluster's domains in a pod's search list
   */
  Autopath(AutopathConfig config, List<DomainName> machineSearch, AutopathObserver observer) {
    this.config = config;
    this.machineSearch = List.copyOf(machineSearch);
    this.observer = observer;
  }

  @Override
  public String name() {
    return "autopath";
  }

  /** CoreDNS starts as well with an autopath that can find nothing out, and does not say so. */
  @Override
  public void meet(List<Plugin> block) {
    if (!(config.source() instanceof Source.Kubernetes)) {
      return;
    }
    for (Plugin plugin : block) {
      if (plugin instanceof PrecomputedZone zone) {
        kubernetes = zone;
      }
    }
    if (kubernetes == null) {
      log.warn("autopath @kubernetes does nothing without the kubernetes plugin in its block");
    } else if (kubernetes.zone().options().pods() != PodMode.VERIFIED) {
      log.warn("autopath @kubernetes does nothing unless kubernetes has \"pods verified\"");
    }
  }

  @Override
  public Step handle(Request request, Chain chain) {
    DomainName name = request.question().name();
    if (config.zones().stream().noneMatch(name::isSubdomainOf)) {
      return Step.next(request);
    }
    List<DomainName> search = searchFor(request);
    if (search.isEmpty()
        || !name.isSubdomainOf(search.getFirst())
        || name.equals(search.getFirst())) {
      return Step.next(request);
    }
    return new Step.Pending(walk(request, chain, candidates(name, search), 0, null));
  }

  // The search list.

  private List<DomainName> searchFor(Request request) {
    return switch (config.source()) {
      case Source.ResolvConf(String _, List<DomainName> search) -> search;
      case Source.Kubernetes _ -> searchOfPod(request);
    };
  }

  private List<DomainName> searchOfPod(Request request) {
    if (kubernetes == null || kubernetes.zone().options().pods() != PodMode.VERIFIED) {
      return List.of();
    }
    DomainName zone = zoneOf(request.question().name(), kubernetes.zone().options().origins());
    List<Pod> pods =
        kubernetes
            .zone()
            .state()
            .podsAt(IpAddress.of(request.client().remote().getAddress().getAddress()));
    if (zone == null || pods.isEmpty()) {
      return List.of();
    }
    DomainName svc = DomainName.of("svc").concat(zone);
    DomainName first =
        svc == null ? null : DomainName.of(pods.getFirst().key().namespace()).concat(svc);
    if (svc == null || first == null) {
      return List.of();
    }
    var search = new ArrayList<DomainName>(List.of(first, svc, zone));
    search.addAll(machineSearch);
    return search;
  }

  private static @Nullable DomainName zoneOf(DomainName name, List<DomainName> zones) {
    DomainName best = null;
    for (DomainName zone : zones) {
      if (name.isSubdomainOf(zone) && (best == null || zone.labelCount() > best.labelCount())) {
        best = zone;
      }
    }
    return best;
  }

  /** The name as it was asked, the client's own name below the other domains, and alone. */
  private static List<DomainName> candidates(DomainName name, List<DomainName> search) {
    DomainName asked = name.firstLabels(name.labelCount() - search.getFirst().labelCount());
    var candidates = new ArrayList<DomainName>();
    candidates.add(name);
    for (DomainName domain : search.subList(1, search.size())) {
      DomainName candidate = asked.concat(domain);
      if (candidate != null) {
        candidates.add(candidate);
      }
    }
    candidates.add(asked);
    return candidates;
  }

  // The walk.

  /** The first candidate that exists wins, with data or without; if none does, the first denial. */
  private CompletionStage<Response> walk(
      Request request,
      Chain chain,
      List<DomainName> candidates,
      int index,
      @Nullable Response first) {
    DomainName candidate = candidates.get(index);
    Question question = request.question();
    return chain
        .next(request.withQuestion(new Question(candidate, question.type(), question.queryClass())))
        .thenCompose(response -> {
          Response denial = first == null ? response : first;
          if (goesOn(response)) {
            return index + 1 < candidates.size()
                ? walk(request, chain, candidates, index + 1, denial)
                : CompletableFuture.completedStage(denial);
          }
          if (response.read() == null) {
            return CompletableFuture.completedStage(response);
          }
          observer.found(chain.labels().server());
          return CompletableFuture.completedStage(
              index == 0 ? response : response.edit(message -> renamed(message, question)));
        });
  }

  private static boolean goesOn(Response response) {
    if (response instanceof Response.Failure failure) {
      return failure.rcode() != Rcode.SERVFAIL; // who could not find out does not say no
    }
    Message message = response.read();
    return message != null && message.rcode() == Rcode.NXDOMAIN;
  }

  /** The question as the client asked it, and a CNAME from there to what was found. */
  private static Message renamed(Message message, Question asked) {
    List<ResourceRecord> found = message.answer();
    if (found.isEmpty()) {
      return message.withQuestion(asked);
    }
    ResourceRecord first = found.getFirst();
    var answer = new ArrayList<ResourceRecord>();
    answer.add(
        ResourceRecord.in(
            asked.name(),
            RecordType.CNAME,
            first.ttlSeconds(),
            new NameRdata(first.owner(), true)));
    answer.addAll(found);
    return message.withQuestion(asked).withAnswer(answer);
  }
}

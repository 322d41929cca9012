package dev.byname.source;

import dev.byname.cluster.ClusterChange;
import dev.byname.cluster.ClusterListener;
import dev.byname.cluster.ClusterObject;
import dev.byname.cluster.ClusterState;
import dev.byname.cluster.EndpointSlice;
import dev.byname.cluster.ObjectKey;
import dev.byname.cluster.Service;
import dev.byname.cluster.ServiceView;
import dev.byname.source.Tree.Mapping;
import dev.byname.source.Tree.Scalar;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Told how long a change of a pod or service took to reach the answers: the SLI behind {@code
 * coredns_kubernetes_dns_programming_duration_seconds} (sig-scalability's DNS programming latency).
 * Called on the thread that changed the picture, right after the answers changed.
 */
@FunctionalInterface
public interface ProgrammingLatency {
  ProgrammingLatency NONE = (kind, sinceTrigger) -> {};

  /**
   * A change of endpoints is answered from now on.
   *
   * @param sinceTrigger from the time that the endpoints controller noted (annotation {@code
   *     endpoints.kubernetes.io/last-change-trigger-time}) until now; off by the difference of the
   *     two clocks, but never negative
   */
  void programmed(ServiceKind kind, Duration sinceTrigger);

  /** The metric's label {@code service_kind}. */
  enum ServiceKind {
    CLUSTER_IP("cluster_ip"),
    HEADLESS_WITH_SELECTOR("headless_with_selector"),
    /** Nobody notes a trigger time on such endpoints yet; CoreDNS has the label, too. */
    HEADLESS_WITHOUT_SELECTOR("headless_without_selector");

    private final String label;

    ServiceKind(String label) {
      this.label = label;
    }

    public String label() {
      return label;
    }
  }

  /**
   * Remembers the trigger times of changes on their way and reads the clock when the change is in
   * the picture. Lists do not count: what they bring may have happened long ago.
   */
  final class Recorder implements ClusterListener, AutoCloseable {
    private static final String TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time";

    /** On the way at once; the writer's queue holds fewer. */
    private static final int PENDING_MAX = 4096;

    private final ClusterState state;
    private final InstantSource clock;
    private final ProgrammingLatency latency;
    private final Map<ObjectKey, Instant> pending = new ConcurrentHashMap<>();

    /** Waits for {@link #start}. */
    public Recorder(ClusterState state, InstantSource clock, ProgrammingLatency latency) {
      this.state = state;
      this.clock = clock;
      this.latency = latency;
    }

    /** Called before anything is put. */
    public void start() {
      state.addListener(this);
    }

    @Override
    public void close() {
      state.removeListener(this);
    }

    /**
     * What a watch told is about to be put.
     *
     * @param object as it was read; a trigger time that is no RFC 3339 time is passed over, like
     *     none at all
     */
    public void changing(Tree object, List<ClusterObject> decoded) {
      String triggerTime = triggerTime(object);
      if (!triggerTime.isEmpty()) {
        for (ClusterObject part : decoded) {
          if (part instanceof EndpointSlice slice) {
            changing(slice, triggerTime);
          }
        }
      }
    }

    private static String triggerTime(Tree object) {
      return object instanceof Mapping whole
              && whole.fields().get("metadata") instanceof Mapping metadata
              && metadata.fields().get("annotations") instanceof Mapping annotations
              && annotations.fields().get(TRIGGER_TIME) instanceof Scalar time
          ? time.text()
          : "";
    }

    private void changing(EndpointSlice slice, String triggerTime) {
      if (pending.size() >= PENDING_MAX || slice.equals(state.object(slice.kind(), slice.key()))) {
        return;
      }
      try {
        pending.put(
            new ObjectKey(slice.key().namespace(), slice.serviceName()),
            OffsetDateTime.parse(triggerTime).toInstant());
      } catch (DateTimeException notATime) {
        // Somebody wrote the annotation by hand.
      }
    }

    @Override
    public void onChange(ClusterChange change) {
      if (pending.isEmpty()) {
        return;
      }
      for (ObjectKey key : change.services()) {
        Instant trigger = pending.remove(key);
        ServiceView view = trigger == null ? null : state.service(key);
        Service service = view == null ? null : view.service();
        if (trigger != null && service != null) {
          Duration since = Duration.between(trigger, clock.instant());
          latency.programmed(kindOf(service), since.isNegative() ? Duration.ZERO : since);
        }
      }
    }

    private static ServiceKind kindOf(Service service) {
      if (!service.headless()) {
        return ServiceKind.CLUSTER_IP;
      }
      return service.hasSelector()
          ? ServiceKind.HEADLESS_WITH_SELECTOR
          : ServiceKind.HEADLESS_WITHOUT_SELECTOR;
    }
  }
}

package dev.byname.plugin.forward;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The upstreams of one {@code forward} and the order in which they are asked. Those that come from
 * resolv.conf files follow the files; an upstream that stays in them keeps its health and its
 * connections.
 */
final class UpstreamSet implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(UpstreamSet.class);

  /** The kubelet and DHCP clients replace the file now and then; a look at it costs a read. */
  private static final long LOOK_PERIOD_SECONDS = 5;

  private final ForwardConfig config;
  private final Function<UpstreamAddress, Upstream> connect;
  private final RandomGenerator random;
  private final AtomicInteger turn = new AtomicInteger();

  /** The files' texts when they were last looked at, to do nothing when they are the same. */
  private final Map<Path, String> seen = new HashMap<>();

  private volatile List<Upstream> upstreams;
  private @Nullable ScheduledFuture<?> look;
  private final Consumer<UpstreamAddress> forget;

  /**
   * Makes the upstreams that the configuration names now.
   *
   * @param connect makes an upstream
   * @param forget told about an upstream that is gone
   */
  UpstreamSet(
      ForwardConfig config,
      Function<UpstreamAddress, Upstream> connect,
      Consumer<UpstreamAddress> forget,
      RandomGenerator random) {
    this.config = config;
    this.connect = connect;
    this.forget = forget;
    this.random = random;
    upstreams = addresses().stream().map(connect).toList();
  }

  void start(ScheduledExecutorService scheduler) {
    if (config.targets().stream().anyMatch(ForwardConfig.ResolvConf.class::isInstance)) {
      look =
          scheduler.scheduleWithFixedDelay(
              this::look, LOOK_PERIOD_SECONDS, LOOK_PERIOD_SECONDS, TimeUnit.SECONDS);
    }
  }

  /**
   * In the order in which one query tries them.
   *
   * @param excluded labels of those that are left out, separated by blanks
   */
  List<Upstream> inOrder(String excluded) {
    List<Upstream> all = upstreams;
    if (!excluded.isEmpty()) {
      List<String> labels = List.of(excluded.split(" "));
      all = all.stream().filter(upstream -> !labels.contains(upstream.label())).toList();
    }
    if (all.size() < 2) {
      return all;
    }
    return switch (config.policy()) {
      case SEQUENTIAL -> all;
      case ROUND_ROBIN -> {
        List<Upstream> order = new ArrayList<>(all);
        Collections.rotate(order, -Math.floorMod(turn.getAndIncrement(), all.size()));
        yield order;
      }
      case RANDOM -> {
        List<Upstream> order = new ArrayList<>(all);
        Collections.shuffle(order, random);
        yield order;
      }
    };
  }

  private Set<UpstreamAddress> addresses() {
    var addresses = new LinkedHashSet<UpstreamAddress>();
    for (ForwardConfig.Target target : config.targets()) {
      switch (target) {
        case ForwardConfig.Server server -> addresses.add(server.address());
        case ForwardConfig.ResolvConf file ->
            ResolvConfFile.nameservers(text(file.path())).stream()
                .map(UpstreamAddress::plain)
                .forEach(addresses::add);
      }
    }
    return addresses;
  }

  /** As it is now, or, when it cannot be read, as it was. */
  private String text(Path path) {
    String text;
    try {
      text = Files.readString(path);
    } catch (IOException unreadable) {
      return seen.getOrDefault(path, "");
    }
    seen.put(path, text);
    return text;
  }

  private void look() {
    var before = Map.copyOf(seen);
    Set<UpstreamAddress> now = addresses();
    if (seen.equals(before)) {
      return;
    }
    if (now.isEmpty()) {
      log.warn("resolv.conf names no nameserver any more; the upstreams stay as they were");
      return;
    }
    if (now.size() > ForwardConfig.UPSTREAMS_MAX) {
      log.warn(
          "resolv.conf names more than {} upstreams; the rest is not used",
          ForwardConfig.UPSTREAMS_MAX);
    }
    replace(now.stream().limit(ForwardConfig.UPSTREAMS_MAX).toList());
  }

  private void replace(List<UpstreamAddress> addresses) {
    var known = new HashMap<UpstreamAddress, Upstream>();
    upstreams.forEach(upstream -> known.put(upstream.address, upstream));
    var next = new ArrayList<Upstream>();
    for (UpstreamAddress address : addresses) {
      Upstream same = known.remove(address);
      next.add(same != null ? same : connect.apply(address));
    }
    upstreams = List.copyOf(next);
    for (Upstream gone : known.values()) {
      gone.close();
      forget.accept(gone.address);
    }
    log.info("upstreams are now {}", addresses);
  }

  @Override
  public void close() {
    if (look != null) {
      look.cancel(false);
    }
    upstreams.forEach(Upstream::close);
  }
}

package dev.byname.plugin.loop;

import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.rdata.Message;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.RecordType;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import dev.byname.wire.RecordTypes;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends probes to the plugins behind, and looks for them among the queries that come in. */
final class Loop implements Plugin {
  private static final Logger log = LoggerFactory.getLogger(Loop.class);

  /** Upstreams to leave out, separated by blanks: what {@code forward} reads. */
  static final String EXCLUDED = "loop/excluded";

  /** Who answered: what {@code forward} writes. */
  static final String UPSTREAM = "forward/upstream";

  /** A resolv.conf may change while we run, for the worse or for the better. */
  static final long PERIOD_NANOS = TimeUnit.MINUTES.toNanos(10);

  private final LoopConfig config;
  private final LongSupplier nanoTime;
  private final RandomGenerator random;

  /** The last one; replaced by whoever sends the next. */
  private final AtomicReference<@Nullable Probe> probe = new AtomicReference<>();

  /** Upstream to when it was found out. At most as many as there are upstreams. */
  private final Map<String, Long> excluded = new ConcurrentHashMap<>();

  private static final class Probe {
    final DomainName name;
    final long sentNanos;
    volatile boolean cameBack;

    Probe(DomainName name, long sentNanos) {
      this.name = name;
      this.sentNanos = sentNanos;
    }
  }

  Loop(LoopConfig config, LongSupplier nanoTime, RandomGenerator random) {
    this.config = config;
    this.nanoTime = nanoTime;
    this.random = random;
  }

  @Override
  public String name() {
    return "loop";
  }

  @Override
  public Step handle(Request request, Chain chain) {
    Question question = request.question();
    Probe last = probe.get();
    // Our own probes start behind this plugin, so one that is seen here came over the network.
    if (last != null
        && question.type().equals(RecordType.HINFO)
        && question.name().equals(last.name)) {
      last.cameBack = true;
      return Step.answer(noSuchName(request));
    }
    long now = nanoTime.getAsLong();
    if (last == null || now - last.sentNanos > PERIOD_NANOS) {
      send(last, request, chain, now);
    }
    if (!excluded.isEmpty()) {
      excluded.values().removeIf(since -> now - since > PERIOD_NANOS);
      request.metadata().put(EXCLUDED, () -> String.join(" ", excluded.keySet()));
    }
    return Step.next(request);
  }

  private static Response noSuchName(Request request) {
    return new Response.Reply(
        new Message(
            request.id(),
            Header.QR | (request.flags() & (Header.RD | Header.CD)),
            Rcode.NXDOMAIN,
            request.question(),
            List.of(),
            List.of(),
            List.of(),
            null));
  }

  private void send(@Nullable Probe last, Request request, Chain chain, long now) {
    DomainName name = DomainName.of(number() + "." + number() + ".").concat(config.zone());
    if (name == null) {
      return; // a zone so long that nothing fits below it
    }
    var next = new Probe(name, now);
    if (!probe.compareAndSet(last, next)) {
      return;
    }
    var query =
        new Request(
            0,
            Header.RD,
            new Question(name, RecordType.HINFO, RecordTypes.CLASS_IN),
            request.zone(),
            null,
            List.of(),
            request.wire(),
            request.client(),
            new Request.Metadata(),
            request.depth() + 1);
    chain.next(query).whenComplete((_, _) -> judge(next, query.metadata().get(UPSTREAM)));
  }

  private void judge(Probe sent, String upstream) {
    if (sent.cameBack && !upstream.isEmpty()) {
      excluded.put(upstream, nanoTime.getAsLong());
      log.error(
          "Loop: upstream {} leads back to this server; left out for {} minutes."
              + " Look at what it forwards to, and at the resolv.conf that names it",
          upstream,
          TimeUnit.NANOSECONDS.toMinutes(PERIOD_NANOS));
    }
  }

  private String number() {
    return Long.toUnsignedString(random.nextLong());
  }
}

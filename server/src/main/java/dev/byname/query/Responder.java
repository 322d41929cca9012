package dev.byname.query;

import dev.byname.cluster.ClusterState.Standing;
import dev.byname.query.Response.ExtendedError;
import dev.byname.rdata.Edns;
import dev.byname.rdata.Message;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.Bytes;
import dev.byname.wire.Header;
import dev.byname.wire.QueryView;
import dev.byname.wire.Rcode;
import dev.byname.wire.RecordTypes;
import dev.byname.zone.AnswerWriter;
import dev.byname.zone.ClusterZone;
import dev.byname.zone.Finding;
import dev.byname.zone.SpelledAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the queries of one listener. {@link LoopWorker#answer} is the precomputed path: parse,
 * find, copy; whatever it cannot decide at once goes through the plugin chain. Everything sent to a
 * client is written here.
 */
public final class Responder implements QueryHandler {
  /**
   * How many queries of our own (chased aliases, search paths) one client's query may lead to, one
   * in the other.
   */
  public static final int DEPTH_MAX = 12;

  private static final Logger log = LoggerFactory.getLogger(Responder.class);
  private static final int MESSAGE_BYTES_MAX = 0xffff;

  private final QueryMetrics metrics;
  private final LongSupplier nanoTime;
  private final int kubernetesIndex;
  private final int nobodyIndex;
  private volatile ServerTable table;

  public Responder(ServerTable table, QueryMetrics metrics, LongSupplier nanoTime) {
    this.table = table;
    this.metrics = metrics;
    this.nanoTime = nanoTime;
    kubernetesIndex = metrics.pluginIndex("kubernetes");
    nobodyIndex = metrics.pluginIndex("");
  }

  /** Lets another configuration take over, from the next query on. */
  public void use(ServerTable next) {
    table = next;
  }

  @Override
  public LoopWorker newWorker() {
    return new LoopWorker();
  }

  /** Owned by one event loop. */
  public final class LoopWorker implements QueryHandler.Worker {
    private final QueryView view = new QueryView();
    private final SpelledAddress spelled = new SpelledAddress();
    private final Map<QueryMetrics.Zone, Slab> slabs = new HashMap<>();

    // Of the table last seen, by entry index; the last slab is that of dropped queries.
    private @Nullable ServerTable mine;
    private @Nullable AnswerWriter[] writers = new AnswerWriter[0];
    private Slab[] slabOf = new Slab[0];
    private Slab dropped = new Slab(false);

    private long batchNanos;
    private int rotation;

    @Override
    public void beginBatch() {
      batchNanos = nanoTime.getAsLong();
    }

    @Override
    public int answer(byte[] query, int lengthBytes, byte[] out, Transport transport, int family) {
      ServerTable current = table;
      if (current != mine) {
        adopt(current);
      }
      int kind = view.read(query, lengthBytes);
      if (kind != QueryView.PLAIN) {
        return refuseUnusual(kind, out, transport, family);
      }
      int type = view.type;
      if (view.queryClass != RecordTypes.CLASS_IN
          || (type >= 128 && type < RecordTypes.ANY)
          || type == RecordTypes.DS) {
        return SLOW; // CHAOS, the meta types (transfers, TSIG, TKEY), and what may be the parent's
      }
      ServerTable.Entry entry = current.find(view);
      if (entry == null) {
        return refuse(Rcode.REFUSED, out, transport, family);
      }
      ClusterZone zone = entry.block.precomputed();
      int origin = zone == null ? -1 : zone.originOf(view);
      AnswerWriter writer = writers[entry.index];
      if (zone == null
          || origin < 0
          || writer == null
          || entry.block.detour().takes(view)
          || zone.state().standing() == Standing.PARTIAL) {
        return SLOW;
      }
      Finding finding = zone.find(view, origin, spelled);
      if (!AnswerWriter.complete(finding, type)
          || finding == Finding.Fixed.NOT_SYNCED
          || (finding.isNameError() && type != RecordTypes.SOA && zone.fallsThrough(view))) {
        return SLOW;
      }
      view.udpPayloadSizeBytes = Math.min(view.udpPayloadSizeBytes, entry.block.udpSizeMaxBytes());
      int sizeMax =
          transport.stream()
              ? MESSAGE_BYTES_MAX
              : Math.min(Request.DATAGRAM_BYTES_MAX, view.udpPayloadSizeBytes);
      int size =
          writer.write(
              finding, origin, spelled, view, out, sizeMax, entry.block.rotate() ? rotation++ : 0);
      Bytes.u16(out, Header.FLAGS, entry.block.flags().apply(Bytes.u16(out, Header.FLAGS)));
      long now = nanoTime.getAsLong();
      slabOf[entry.index].count(
          transport.stream(),
          family,
          type,
          view.dnssecOk,
          lengthBytes,
          size,
          writer.rcode(),
          kubernetesIndex,
          now - batchNanos);
      batchNanos = now;
      return size;
    }

    /** Rare: a new configuration. The counters of a zone go on. */
    private void adopt(ServerTable current) {
      int count = current.entries.size();
      writers = new AnswerWriter[count];
      slabOf = new Slab[count];
      for (ServerTable.Entry entry : current.entries) {
        ClusterZone zone = entry.block.precomputed();
        writers[entry.index] = zone == null ? null : new AnswerWriter(zone);
        slabOf[entry.index] = slabs.computeIfAbsent(entry.metrics, QueryMetrics.Zone::newSlab);
      }
      dropped = slabs.computeIfAbsent(current.dropped, QueryMetrics.Zone::newSlab);
      mine = current;
    }

    private int refuseUnusual(int kind, byte[] out, Transport transport, int family) {
      return switch (kind) {
        case QueryView.DROP -> DROP;
        case QueryView.OTHER_OPCODE -> refuse(Rcode.NOTIMP, out, transport, family);
        case QueryView.MALFORMED -> refuse(Rcode.FORMERR, out, transport, family);
        case QueryView.BAD_VERSION -> refuse(Rcode.BADVERS, out, transport, family);
        default -> SLOW;
      };
    }

    private int refuse(int rcode, byte[] out, Transport transport, int family) {
      int size = writeRefusal(view, rcode, out);
      long now = nanoTime.getAsLong();
      dropped.count(
          transport.stream(),
          family,
          view.type,
          view.dnssecOk,
          view.lengthBytes,
          size,
          rcode,
          nobodyIndex,
          now - batchNanos);
      batchNanos = now;
      return size;
    }

    @Override
    public void answerSlowly(byte[] query, int lengthBytes, Client client, ReplyTo replyTo) {
      long started = nanoTime.getAsLong();
      if (view.read(query, lengthBytes) == QueryView.DROP) {
        replyTo.silence();
        return;
      }
      byte[] copy = Arrays.copyOf(query, lengthBytes);
      Request request = request(view, copy, client);
      if (request == null) {
        byte[] out = new byte[512];
        replyTo.reply(out, writeRefusal(view, Rcode.FORMERR, out), true);
        return;
      }
      ServerTable current = table;
      dispatch(
          current,
          view,
          request,
          (entry, dispatched, run) -> {
            int plugin = metrics.pluginIndex(run.answeredBy);
            Slab slab = entry == null ? current.dropped.shared() : entry.metrics.shared();
            int size = send(dispatched, run.response, replyTo);
            slab.count(
                client.transport().stream(),
                client.family(),
                request.question().type().value(),
                request.dnssecOk(),
                copy.length,
                size,
                rcodeOf(run.response),
                plugin,
                nanoTime.getAsLong() - started);
          });
    }
  }

  /**
   * Answers a question of this process's own ({@link Transport#LOCAL}); not counted as a query.
   *
   * @param done called once, perhaps before this returns
   */
  public void ask(Request request, Consumer<Response> done) {
    var view = new QueryView();
    byte[] wire = questionOnly(request);
    if (request.depth() > DEPTH_MAX) {
      done.accept(new Response.Failure(Rcode.SERVFAIL, "more than " + DEPTH_MAX + " queries deep"));
    } else if (view.read(wire, wire.length) != QueryView.PLAIN) {
      done.accept(new Response.Failure(Rcode.FORMERR, "not a query"));
    } else {
      dispatch(table, view, request, (entry, dispatched, run) -> done.accept(run.response));
    }
  }

  private interface Done {
    void accept(ServerTable.@Nullable Entry entry, Request dispatched, ChainRun run);
  }

  private void dispatch(ServerTable current, QueryView view, Request request, Done done) {
    ServerTable.Entry entry = responsible(current, view, request);
    if (entry != null) {
      Request inZone =
          new Request(
              request.id(),
              request.flags(),
              request.question(),
              entry.zone,
              limited(request.edns(), entry.block.udpSizeMaxBytes()),
              request.authority(),
              request.wire(),
              request.client(),
              request.metadata(),
              request.depth());
      new ChainRun(
              entry.block.plugins(),
              entry.metrics.key(),
              this::ask,
              this::onBug,
              run -> done.accept(entry, inZone, run))
          .start(inZone, 0);
      return;
    }
    var nobody = new ChainRun(List.of(), current.dropped.key(), this::ask, this::onBug, run -> {});
    nobody.response = new Response.Failure(Rcode.REFUSED, "outside all server blocks");
    done.accept(null, request, nobody);
  }

  /**
   * Whose question it is: of the longest zone whose view lets it in. DS at a zone's apex is the one
   * type that lies in the parent (RFC 4035 section 3.1.4.1): it goes to the next block above when
   * there is one. The block of the root does not count, as in CoreDNS: it mostly forwards, and the
   * world knows nothing of our zones.
   */
  private static ServerTable.@Nullable Entry responsible(
      ServerTable current, QueryView view, Request request) {
    boolean in = view.queryClass == RecordTypes.CLASS_IN;
    ServerTable.Entry child = null;
    for (ServerTable.Entry entry : current.entries) {
      if (child != null && entry.labels == 0) {
        return child;
      }
      if (entry.holds(view)
          && (in || entry.block.chaosClass())
          && (child == null || entry.labels < child.labels)
          && entry.block.filter().test(request)) {
        if (view.type != RecordTypes.DS || entry.labels < view.labelCount || entry.labels == 0) {
          return entry;
        }
        child = entry;
      }
    }
    return child;
  }

  private static @Nullable Edns limited(@Nullable Edns edns, int udpSizeMaxBytes) {
    return edns == null || edns.udpPayloadSizeBytes() <= udpSizeMaxBytes
        ? edns
        : new Edns(udpSizeMaxBytes, edns.version(), edns.dnssecOk(), edns.options());
  }

  private void onBug(Throwable bug) {
    metrics.countBug();
    log.error("a plugin failed; the query is answered with SERVFAIL", bug);
  }

  private static @Nullable Request request(QueryView view, byte[] wire, Client client) {
    Edns edns = null;
    List<ResourceRecord> authority = List.of();
    if (wire.length > view.questionEnd) {
      Message message = Message.read(wire, wire.length);
      if (message == null) {
        return null;
      }
      edns = message.edns();
      authority = message.authority();
    }
    return new Request(
        view.id,
        view.flags,
        new Question(view.qname(), RecordType.of(view.type), view.queryClass),
        ".",
        edns,
        authority,
        wire,
        client,
        new Request.Metadata(),
        0);
  }

  private static byte[] questionOnly(Request request) {
    return new Message(0, 0, 0, request.question(), List.of(), List.of(), List.of(), null)
        .toWire(MESSAGE_BYTES_MAX);
  }

  // ---- writing what the chain came back with

  private static int rcodeOf(Response response) {
    return switch (response) {
      case Response.Reply(Message message) -> message.rcode();
      case Response.Wire(byte[] message) -> Bytes.u16(message, Header.FLAGS) & Header.RCODE_MASK;
      case Response.Failure failure -> failure.rcode();
      case Response.Transfer transfer -> Rcode.NOERROR;
      case Response.NoReply silence -> Rcode.NOERROR;
    };
  }

  /** Returns the bytes sent, 0 for silence. */
  private static int send(Request request, Response response, ReplyTo replyTo) {
    return switch (response) {
      case Response.Transfer(Iterator<Message> messages)
          when request.client().transport().connection() ->
          sendNext(request, messages, replyTo);
      case Response.NoReply silence -> {
        replyTo.silence();
        yield 0;
      }
      default -> {
        byte[] wire = encode(request, response);
        replyTo.reply(wire, wire.length, true);
        yield wire.length;
      }
    };
  }

  /**
   * Sends one message of a transfer, and the next when the client has taken it. What is counted is
   * the first: of the others nobody knows when, or whether, they come.
   */
  private static int sendNext(Request request, Iterator<Message> messages, ReplyTo replyTo) {
    byte[] wire = encode(request, new Response.Reply(messages.next()));
    boolean last = !messages.hasNext();
    replyTo.reply(wire, wire.length, last);
    if (!last) {
      replyTo.whenWritable(() -> {
        int _ = sendNext(request, messages, replyTo);
      });
    }
    return wire.length;
  }

  /** The one message that answers the request, within what the client can take. */
  public static byte[] encode(Request request, Response response) {
    return switch (response) {
      case Response.Wire(byte[] message) -> encodeWire(request, message);
      case Response.Reply(Message message) ->
          message
              .withQuestion(request.question())
              .withEdns(
                  edns(request, message.edns() == null ? List.of() : message.edns().options()))
              .withId(request.id())
              .toWire(request.sizeMaxBytes());
      case Response.Failure failure -> failure(request, failure);
      case Response.Transfer transfer ->
          failure(request, new Response.Failure(Rcode.REFUSED, "a transfer needs a connection"));
      case Response.NoReply silence ->
          failure(request, new Response.Failure(Rcode.REFUSED, silence.reason()));
    };
  }

  private static byte[] failure(Request request, Response.Failure failure) {
    ExtendedError why = failure.extendedError();
    List<Edns.Option> options = why == null ? List.of() : List.of(why.toOption());
    return new Message(
            request.id(),
            Header.QR | (request.flags() & (Header.RD | Header.CD)),
            failure.rcode(),
            request.question(),
            List.of(),
            List.of(),
            List.of(),
            edns(request, options))
        .toWire(request.sizeMaxBytes());
  }

  private static @Nullable Edns edns(Request request, List<Edns.Option> options) {
    Edns asked = request.edns();
    return asked == null
        ? null
        : new Edns(Math.max(512, asked.udpPayloadSizeBytes()), 0, asked.dnssecOk(), options);
  }

  /**
   * A finished message gets the client's id, spelling and OPT record; one that is too long is read
   * and cut.
   */
  private static byte[] encodeWire(Request request, byte[] message) {
    Edns edns = edns(request, List.of());
    int size = message.length + (edns == null ? 0 : 11);
    if (size > request.sizeMaxBytes()) {
      Message whole = Message.read(message, message.length);
      return whole == null
          ? failure(request, new Response.Failure(Rcode.SERVFAIL, "unreadable answer"))
          : encode(request, new Response.Reply(whole));
    }
    byte[] out = Arrays.copyOf(message, size);
    Bytes.u16(out, Header.ID, request.id());
    int flags = Bytes.u16(out, Header.FLAGS);
    Bytes.u16(out, Header.FLAGS, (flags & ~Header.RD) | (request.flags() & Header.RD));
    request.question().name().writeTo(out, Header.LENGTH_BYTES);
    if (edns != null) {
      AnswerWriter.writeOpt(out, message.length, edns.udpPayloadSizeBytes(), 0, edns.dnssecOk());
      Bytes.u16(out, Header.ARCOUNT, Bytes.u16(out, Header.ARCOUNT) + 1);
    }
    return out;
  }

  /** Header, the question where it could be read, and OPT: for what never reaches a plugin. */
  private static int writeRefusal(QueryView view, int rcode, byte[] out) {
    boolean echo = rcode == Rcode.REFUSED || rcode == Rcode.BADVERS;
    int position = echo ? view.questionEnd : Header.LENGTH_BYTES;
    System.arraycopy(view.message, 0, out, 0, position);
    int flags =
        Header.QR
            | (view.flags & (Header.OPCODE_MASK | Header.RD | Header.CD))
            | (rcode & Header.RCODE_MASK);
    Bytes.u16(out, Header.FLAGS, flags);
    Bytes.u16(out, Header.QDCOUNT, echo ? 1 : 0);
    Bytes.u16(out, Header.ANCOUNT, 0);
    Bytes.u16(out, Header.NSCOUNT, 0);
    boolean opt = echo && view.edns;
    Bytes.u16(out, Header.ARCOUNT, opt ? 1 : 0);
    if (opt) {
      AnswerWriter.writeOpt(out, position, view.udpPayloadSizeBytes, rcode >>> 4, view.dnssecOk);
      position += 11;
    }
    return position;
  }
}

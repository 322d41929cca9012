package dev.byname.query;

import dev.byname.cluster.ClusterState.Standing;
import dev.byname.query.Response.ExtendedError;
import dev.byname.rdata.Edns;
import dev.byname.rdata.Message;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.Rdata.NameRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.QueryView;
import dev.byname.wire.Rcode;
import dev.byname.wire.RecordTypes;
import dev.byname.zone.AnswerWriter;
import dev.byname.zone.ClusterZone;
import dev.byname.zone.Finding;
import dev.byname.zone.SpelledAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The cluster zone off the precomputed path, for the plugin chain and the lookup API. Finds and
 * writes with the same code; what it adds is following aliases, and saying why a name is not known
 * yet.
 */
public final class ClusterResolver {
  /** As CoreDNS: the target of an alias may be an alias, this often. */
  private static final int ALIASES_MAX = 10;

  private final ClusterZone zone;

  public ClusterResolver(ClusterZone zone) {
    this.zone = zone;
  }

  /**
   * Whether the name is the zone's, and the cluster's first complete picture may say more of it
   * than is known now: everything while the first list is being read, later what a snapshot does
   * not have.
   */
  public boolean unsettled(Request request) {
    Standing standing = zone.state().standing();
    if (standing == Standing.SYNCED) {
      return false;
    }
    Lookup lookup = new Lookup(request, request.question());
    return lookup.origin >= 0 && (standing == Standing.PARTIAL || lookup.finding.isNameError());
  }

  /**
   * Answers from the zone with what is known now, or hands on what is not its own.
   *
   * @param chain asked for targets outside the zone
   */
  public Step answer(Request request, Plugin.Chain chain) {
    Lookup lookup = new Lookup(request, request.question());
    if (lookup.origin < 0) {
      return Step.next(request);
    }
    int type = request.question().type().value();
    if (type == RecordTypes.AXFR || type == RecordTypes.IXFR) {
      return Step.answer(
          new Response.Failure(Rcode.REFUSED, "zone transfer without the transfer plugin"));
    }
    Finding finding = lookup.finding;
    if (finding.isNameError() && type != RecordTypes.SOA && zone.fallsThrough(lookup.view)) {
      return Step.next(request);
    }
    if (finding instanceof Finding.Alias alias && !AnswerWriter.complete(finding, type)) {
      return follow(request, chain, alias.target(), lookup);
    }
    return Step.answer(lookup.write(finding));
  }

  /**
   * CNAME first, then what its target has. Inside the zone a target without an address makes the
   * whole answer NODATA; outside, the CNAME is given even when nobody knows the target (both as
   * CoreDNS).
   */
  private Step follow(Request request, Plugin.Chain chain, DomainName target, Lookup asked) {
    List<ResourceRecord> aliases = new ArrayList<>();
    DomainName owner = request.question().name();
    DomainName current = target;
    while (aliases.size() < ALIASES_MAX && !current.isSubdomainOf(request.question().name())) {
      aliases.add(cname(owner, current));
      var question = new Question(current, request.question().type(), RecordTypes.CLASS_IN);
      Lookup next = new Lookup(request, question);
      if (next.origin != asked.origin) {
        return outside(request, chain, question, aliases);
      }
      if (next.finding == Finding.Fixed.NOT_SYNCED) {
        return Step.answer(asked.write(next.finding));
      }
      if (!(next.finding instanceof Finding.Alias further)) {
        return Step.answer(withTarget(request, aliases, next, asked));
      }
      owner = current;
      current = further.target();
    }
    return Step.answer(asked.write(Finding.Fixed.NO_DATA));
  }

  private Response withTarget(
      Request request, List<ResourceRecord> aliases, Lookup target, Lookup asked) {
    Message found = target.write(target.finding).message();
    if (found.rcode() != Rcode.NOERROR || found.answer().isEmpty()) {
      return asked.write(Finding.Fixed.NO_DATA);
    }
    aliases.addAll(found.answer());
    return reply(request, aliases, 0);
  }

  private Step outside(
      Request request, Plugin.Chain chain, Question question, List<ResourceRecord> aliases) {
    CompletionStage<Response> upstream = chain.server(request.asking(question));
    return new Step.Pending(
        upstream.thenApply(response -> {
          Message message = response.read();
          int truncated = 0;
          if (message != null) {
            aliases.addAll(message.answer());
            truncated = message.flags() & Header.TC;
          }
          return reply(request, aliases, truncated);
        }));
  }

  private ResourceRecord cname(DomainName owner, DomainName target) {
    return ResourceRecord.in(
        owner, RecordType.CNAME, zone.options().ttlSeconds(), new NameRdata(target, true));
  }

  private Response reply(Request request, List<ResourceRecord> answer, int truncated) {
    int flags = Header.QR | Header.AA | truncated | (request.flags() & (Header.RD | Header.CD));
    return new Response.Reply(
        new Message(
            request.id(),
            flags,
            Rcode.NOERROR,
            request.question(),
            answer,
            List.of(),
            List.of(),
            explanation(Finding.Fixed.NO_DATA)));
  }

  private static final Edns NOT_READY = extendedError(ExtendedError.NOT_READY);
  private static final Edns STALE = extendedError(ExtendedError.STALE_ANSWER);

  /** What a client that uses EDNS is told about the answer (RFC 8914); null for nothing. */
  private @Nullable Edns explanation(Finding finding) {
    if (finding == Finding.Fixed.NOT_SYNCED) {
      return NOT_READY;
    }
    return zone.state().standing() == Standing.RESTORED ? STALE : null;
  }

  /** Only the options count, the responder writes the rest. */
  private static Edns extendedError(int code) {
    byte[] data = {(byte) (code >>> 8), (byte) code};
    return new Edns(512, 0, false, List.of(new Edns.Option(Edns.OPTION_EXTENDED_ERROR, data)));
  }

  /** A question looked up in the zone, with what is needed to write its answer. */
  private final class Lookup {
    final QueryView view = new QueryView();
    final SpelledAddress spelled = new SpelledAddress();
    final int origin;
    final Finding finding;

    Lookup(Request request, Question question) {
      byte[] wire =
          new Message(0, request.flags(), 0, question, List.of(), List.of(), List.of(), null)
              .toWire(512);
      view.read(wire, wire.length);
      origin = zone.originOf(view);
      finding = origin < 0 ? Finding.Fixed.NX_DOMAIN : found();
    }

    private Finding found() {
      Finding found = zone.find(view, origin, spelled);
      // A snapshot is whole: what it does not have did not exist. musl gives up its search list at
      // a SERVFAIL, so with that no pod on it would find any name while the source is away.
      return found == Finding.Fixed.NOT_SYNCED && zone.state().standing() == Standing.RESTORED
          ? Finding.Fixed.NX_DOMAIN
          : found;
    }

    /** A {@code Reply} and not the bytes, since those could end up in a cache. */
    Response.Reply write(Finding what) {
      byte[] out = new byte[0xffff];
      int size = new AnswerWriter(zone).write(what, origin, spelled, view, out, out.length, 0);
      Message message = Message.read(out, size);
      if (message == null) {
        throw new IllegalStateException("an answer of our own cannot be read");
      }
      return new Response.Reply(message.withEdns(explanation(what)));
    }
  }
}

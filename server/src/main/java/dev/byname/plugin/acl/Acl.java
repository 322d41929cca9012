package dev.byname.plugin.acl;

import dev.byname.plugin.acl.AclConfig.Action;
import dev.byname.plugin.acl.AclConfig.Policy;
import dev.byname.plugin.acl.AclConfig.Rule;
import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Response.ExtendedError;
import dev.byname.query.Step;
import dev.byname.rdata.Edns;
import dev.byname.rdata.Message;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Looks at who asks for what, and lets the query pass or not. */
final class Acl implements Plugin {
  private final AclConfig config;
  private final AclObserver observer;

  Acl(AclConfig config, AclObserver observer) {
    this.config = config;
    this.observer = observer;
  }

  @Override
  public String name() {
    return "acl";
  }

  @Override
  public Step handle(Request request, Chain chain) {
    InetAddress client = request.client().remote().getAddress();
    for (Rule rule : config.rules()) {
      Optional<DomainName> zone =
          rule.zones().stream()
              .filter(request.question().name()::isSubdomainOf)
              .max(Comparator.comparingInt(DomainName::labelCount));
      Optional<Action> action =
          zone.isEmpty()
              ? Optional.empty()
              : rule.policies().stream()
                  .filter(policy -> policy.isAbout(request.question().type(), client))
                  .findFirst()
                  .map(Policy::action);
      if (action.isEmpty()) {
        continue;
      }
      String label = zone.get().toString();
      return switch (action.get()) {
        case ALLOW -> {
          observer.allowed(chain.labels());
          yield Step.next(request);
        }
        case BLOCK -> {
          observer.blocked(chain.labels(), label);
          yield Step.answer(
              new Response.Failure(
                  Rcode.REFUSED, "blocked", new ExtendedError(ExtendedError.BLOCKED, "")));
        }
        case FILTER -> {
          observer.filtered(chain.labels(), label);
          yield Step.answer(nothing(request));
        }
        case DROP -> {
          observer.dropped(chain.labels(), label);
          yield Step.answer(new Response.NoReply("dropped"));
        }
      };
    }
    observer.allowed(chain.labels());
    return Step.next(request);
  }

  private static Response nothing(Request request) {
    return new Response.Reply(
        new Message(
            request.id(),
            Header.QR | (request.flags() & (Header.RD | Header.CD)),
            Rcode.NOERROR,
            request.question(),
            List.of(),
            List.of(),
            List.of(),
            new Edns(
                512, 0, false, List.of(new ExtendedError(ExtendedError.FILTERED, "").toOption()))));
  }
}

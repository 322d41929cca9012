package dev.byname.plugin.nsid;

import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.rdata.Edns;
import dev.byname.rdata.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Adds the NSID option to answers for clients that ask for it (RFC 5001 section 2.1). */
final class Nsid implements Plugin {
  private final Edns.Option option;

  Nsid(String data) {
    option = new Edns.Option(Edns.OPTION_NSID, data.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String name() {
    return "nsid";
  }

  @Override
  public Step handle(Request request, Chain chain) {
    Edns edns = request.edns();
    boolean asked =
        edns != null && edns.options().stream().anyMatch(some -> some.code() == Edns.OPTION_NSID);
    return asked
        ? Step.next(request, response -> Step.answer(withNsid(response)))
        : Step.next(request);
  }

  private Response withNsid(Response response) {
    Message message = response.read();
    if (message == null) {
      return response;
    }
    Edns edns = message.edns();
    List<Edns.Option> options = new ArrayList<>(edns == null ? List.of() : edns.options());
    options.removeIf(some -> some.code() == Edns.OPTION_NSID);
    options.add(option);
    // A reply whatever it was: only it can carry options, and the cache is behind this plugin.
    return new Response.Reply(message.withEdns(new Edns(512, 0, false, options)));
  }
}

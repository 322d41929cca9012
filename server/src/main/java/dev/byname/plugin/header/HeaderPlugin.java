package dev.byname.plugin.header;

import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.rdata.Message;
import dev.byname.wire.Bytes;
import dev.byname.wire.Header;

/** Sets and clears flags of queries and answers. */
final class HeaderPlugin implements Plugin {
  private final HeaderConfig config;

  HeaderPlugin(HeaderConfig config) {
    this.config = config;
  }

  @Override
  public String name() {
    return "header";
  }

  @Override
  public Step handle(Request request, Chain chain) {
    return Step.next(
        request.withFlags(config.query().apply(request.flags())),
        response -> Step.answer(withFlags(response)));
  }

  private Response withFlags(Response response) {
    return switch (response) {
      case Response.Reply(Message message) ->
          new Response.Reply(message.withFlags(config.response().apply(message.flags())));
      case Response.Wire(byte[] message) -> {
        byte[] copy = message.clone();
        int flags = Bytes.u16(copy, Header.FLAGS);
        Bytes.u16(copy, Header.FLAGS, config.response().apply(flags));
        yield new Response.Wire(copy);
      }
      // As CoreDNS: what no plugin has answered has no header yet.
      case Response.Failure _, Response.NoReply _, Response.Transfer _ -> response;
    };
  }
}

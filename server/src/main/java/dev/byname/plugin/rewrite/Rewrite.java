package dev.byname.plugin.rewrite;

import dev.byname.plugin.rewrite.RewriteConfig.Line;
import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.rdata.Edns;
import dev.byname.rdata.Message;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.Rdata.NameRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Applies the rules to the query, and what they say of the answer to the answer. */
final class Rewrite implements Plugin {
  /** What a query gets when rules add options and the client has sent none; as CoreDNS. */
  private static final int UDP_SIZE_BYTES = 4096;

  private final RewriteConfig config;

  /** Options that the client gets to see: those of {@code edns0 local}. */
  private final Set<Integer> shownOptions = new HashSet<>();

  Rewrite(RewriteConfig config) {
    this.config = config;
    for (Line line : config.lines()) {
      if (line.rule() instanceof Rule.Option(EdnsEdit edit)
          && edit.code() != Edns.OPTION_NSID
          && edit.code() != Edns.OPTION_CLIENT_SUBNET) {
        shownOptions.add(edit.code());
      }
    }
  }

  @Override
  public String name() {
    return "rewrite";
  }

  @Override
  public Step handle(Request request, Chain chain) {
    var pass = new Pass(request);
    for (Line line : config.lines()) {
      if (pass.apply(line.rule())) {
        if (pass.illegalName != null) {
          return Step.answer(
              new Response.Failure(
                  Rcode.SERVFAIL, "no domain name after rewrite: " + pass.illegalName));
        }
        if (line.stop()) {
          break;
        }
      }
    }
    return pass.changed()
        ? Step.next(pass.now, response -> pass.finish(response, chain))
        : Step.next(request);
  }

  /** One query on its way through the rules, and back. */
  private final class Pass {
    final Request asked;
    Request now;
    @Nullable String illegalName;

    /** What is to be done to the answer, in the order of the rules. */
    private final List<AnswerEdit> edits = new ArrayList<>();

    private final List<Renaming> aliases = new ArrayList<>();

    /** The query's options without those changes that are reverted. */
    private List<Edns.Option> shown;

    Pass(Request request) {
      asked = request;
      now = request;
      shown = options(request);
    }

    private static List<Edns.Option> options(Request request) {
      return request.edns() == null ? List.of() : request.edns().options();
    }

    boolean changed() {
      return !now.equals(asked) || !edits.isEmpty() || !aliases.isEmpty();
    }

    boolean apply(Rule rule) {
      Question question = now.question();
      return switch (rule) {
        case Rule.Name name -> rename(name);
        case Rule.Type(RecordType from, RecordType to) ->
            question.type().equals(from)
                && ask(new Question(question.name(), to, question.queryClass()));
        case Rule.QueryClass(int from, int to) ->
            question.queryClass() == from
                && ask(new Question(question.name(), question.type(), to));
        case Rule.Option(EdnsEdit edit) -> change(edit);
        case Rule.Answer(Renaming names, AnswerEdit edit) ->
            names.matches(lowerCase(question.name())) && edits.add(edit);
        case Rule.Alias(Renaming targets) -> aliases.add(targets);
      };
    }

    private boolean ask(Question question) {
      now = now.withQuestion(question);
      return true;
    }

    private boolean rename(Rule.Name rule) {
      Question question = now.question();
      String text = rule.renaming().apply(lowerCase(question.name()));
      if (text == null) {
        return false;
      }
      DomainName name = DomainName.parse(text);
      if (name == null) {
        illegalName = text;
        return true;
      }
      if (rule.auto()) {
        edits.add(new AnswerEdit.Back(name, question.name()));
      }
      edits.addAll(rule.answers());
      return ask(new Question(name, question.type(), question.queryClass()));
    }

    private boolean change(EdnsEdit edit) {
      List<Edns.Option> changed = edit.apply(options(now), now);
      if (changed == null) {
        return false;
      }
      if (!edit.revert()) {
        List<Edns.Option> seen = edit.apply(shown, now);
        shown = seen == null ? shown : seen;
      }
      Edns edns = now.edns();
      now =
          now.withEdns(
              edns == null
                  ? new Edns(UDP_SIZE_BYTES, 0, false, changed)
                  : new Edns(edns.udpPayloadSizeBytes(), edns.version(), edns.dnssecOk(), changed));
      return true;
    }

    // ---- the way back

    Step finish(Response response, Chain chain) {
      Message message = aliases.isEmpty() ? null : response.read();
      Redirected redirected = message == null ? null : redirected(message);
      if (message == null || redirected == null) {
        return Step.answer(edited(response));
      }
      Question question =
          new Question(redirected.target(), now.question().type(), now.question().queryClass());
      return new Step.Pending(
          chain
              .server(asked.asking(question))
              .thenApply(found -> edited(redirected.followed(response, found))));
    }

    private Response edited(Response response) {
      if (response instanceof Response.Failure(int rcode, String reason, var extendedError)) {
        for (AnswerEdit edit : edits.reversed()) {
          if (edit instanceof AnswerEdit.ResponseCode code) {
            rcode = code.apply(rcode);
          }
        }
        return new Response.Failure(rcode, reason, extendedError);
      }
      Response edited = response.edit(this::edited);
      List<Edns.Option> visible =
          shown.stream().filter(option -> shownOptions.contains(option.code())).toList();
      Message message = visible.isEmpty() || asked.edns() == null ? null : edited.read();
      return message == null
          ? edited
          : new Response.Reply(message.withEdns(with(message, visible)));
    }

    private Message edited(Message message) {
      Message current = message;
      for (AnswerEdit edit : edits.reversed()) {
        current = edit.apply(current);
      }
      DomainName name = asked.question().name();
      Message spelled = edits.isEmpty() ? current : new AnswerEdit.Back(name, name).apply(current);
      return spelled.withQuestion(asked.question());
    }

    private static Edns with(Message message, List<Edns.Option> more) {
      Edns edns = message.edns();
      List<Edns.Option> all = new ArrayList<>(edns == null ? List.of() : edns.options());
      all.addAll(more);
      return new Edns(UDP_SIZE_BYTES, 0, false, all);
    }

    /** The first CNAME that a rule leads elsewhere, if any. */
    private @Nullable Redirected redirected(Message message) {
      List<ResourceRecord> kept = new ArrayList<>();
      for (ResourceRecord record : message.answer()) {
        if (record.type().equals(RecordType.CNAME)
            && record.data() instanceof NameRdata(DomainName target, boolean compressible)) {
          for (Renaming alias : aliases.reversed()) {
            String text = alias.apply(lowerCase(target));
            DomainName elsewhere = text == null ? null : DomainName.parse(text);
            if (elsewhere != null && !elsewhere.equals(target)) {
              kept.add(record.withData(new NameRdata(elsewhere, compressible)));
              return new Redirected(kept, elsewhere);
            }
          }
          kept.add(record);
        }
      }
      return null;
    }
  }

  /**
   * An answer whose CNAME leads elsewhere.
   *
   * @param cnames the CNAMEs up to the changed one
   */
  private record Redirected(List<ResourceRecord> cnames, DomainName target) {
    /** What was found there takes the place of what was behind; the old answer if nothing was. */
    Response followed(Response response, Response found) {
      Message there = found.read();
      if (there == null) {
        return response;
      }
      List<ResourceRecord> answer = new ArrayList<>(cnames);
      answer.addAll(there.answer());
      // Without TC the shortened answer could be cached as the whole.
      return response.edit(message ->
          message
              .withAnswer(answer)
              .withFlags((message.flags() & ~Header.TC) | (there.flags() & Header.TC)));
    }
  }

  private static String lowerCase(DomainName name) {
    return name.toString().toLowerCase(Locale.ROOT);
  }
}

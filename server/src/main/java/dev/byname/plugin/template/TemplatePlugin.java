package dev.byname.plugin.template;

import dev.byname.interop.RecordText;
import dev.byname.interop.RecordText.BadRecordException;
import dev.byname.plugin.GoRegex;
import dev.byname.plugin.template.TemplateConfig.Template;
import dev.byname.plugin.template.TemplateObserver.Labels;
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
import dev.byname.wire.RecordTypes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Answers with records made from templates. */
final class TemplatePlugin implements Plugin {
  /** What a template may speak of. */
  static final Set<String> FIELDS =
      new TreeSet<>(
          Set.of(
              "Zone",
              "Name",
              "Class",
              "Type",
              "Regex",
              "Match",
              "Group",
              "Message",
              "Question",
              "Remote",
              "Meta"));

  /** Of a record that names none; as CoreDNS. */
  private static final int TTL_SECONDS = 3600;

  private final TemplateConfig config;
  private final TemplateObserver observer;

  TemplatePlugin(TemplateConfig config, TemplateObserver observer) {
    this.config = config;
    this.observer = observer;
  }

  @Override
  public String name() {
    return "template";
  }

  @Override
  public Step handle(Request request, Chain chain) {
    Question question = request.question();
    for (Template template : config.templates()) {
      DomainName zone = zone(template, question.name());
      if (zone == null || !isAbout(template, question)) {
        continue;
      }
      String name = question.name().toString().toLowerCase(Locale.ROOT);
      Match match = match(template, name);
      if (match != null) {
        return new Answering(template, request, chain, zone, name, match).answer();
      }
      if (!template.fallsThrough(question.name())) {
        return failure("no pattern of the template matches");
      }
    }
    return Step.next(request);
  }

  private static Step failure(String reason) {
    return Step.answer(new Response.Failure(Rcode.SERVFAIL, reason));
  }

  private static @Nullable DomainName zone(Template template, DomainName name) {
    DomainName longest = null;
    for (DomainName zone : template.zones()) {
      if (name.isSubdomainOf(zone)
          && (longest == null || zone.labelCount() > longest.labelCount())) {
        longest = zone;
      }
    }
    return longest;
  }

  private static boolean isAbout(Template template, Question question) {
    boolean anyClass =
        template.queryClass() == RecordTypes.CLASS_ANY
            || question.queryClass() == RecordTypes.CLASS_ANY;
    boolean anyType =
        template.type().equals(RecordType.ANY) || question.type().equals(RecordType.ANY);
    return (anyClass || template.queryClass() == question.queryClass())
        && (anyType || template.type().equals(question.type()));
  }

  /** A pattern, and the groups it found; the pattern is null where there is none to match. */
  private record Match(@Nullable GoRegex pattern, List<String> groups) {}

  private static @Nullable Match match(Template template, String name) {
    if (template.patterns().isEmpty()) {
      return new Match(null, List.of(name));
    }
    for (GoRegex pattern : template.patterns()) {
      List<String> groups = pattern.find(name);
      if (groups != null) {
        return new Match(pattern, groups);
      }
    }
    return null;
  }

  /** A query that a template is about. */
  private final class Answering {
    private final Template template;
    private final Request request;
    private final Chain chain;
    private final Map<String, Object> data;
    private final Labels labels;
    private @Nullable String failure;

    Answering(
        Template template,
        Request request,
        Chain chain,
        DomainName zone,
        String name,
        Match match) {
      this.template = template;
      this.request = request;
      this.chain = chain;
      Question question = request.question();
      String queryClass =
          className(
              question.queryClass() == RecordTypes.CLASS_ANY
                  ? template.queryClass()
                  : question.queryClass());
      RecordType type = question.type().equals(RecordType.ANY) ? template.type() : question.type();
      // Types without a mnemonic are many, and this becomes a label.
      String typeName = type.mnemonic().startsWith("TYPE") ? "" : type.mnemonic();
      labels = new Labels(chain.labels(), zone.toString(), queryClass, typeName);
      data = data(name, match);
    }

    private Map<String, Object> data(String name, Match match) {
      Map<String, Object> groups = new HashMap<>();
      List<String> found = match.groups();
      for (int i = 0; i < found.size(); i++) {
        groups.put(Integer.toString(i), found.get(i));
      }
      if (match.pattern() != null) {
        match.pattern().groupNames().forEach((group, index) -> groups.put(group, found.get(index)));
      }
      Question question = request.question();
      Map<String, Object> asked =
          Map.of(
              "Name", question.name().toString(),
              "Qtype", (long) question.type().value(),
              "Qclass", (long) question.queryClass());
      GoTemplate.Method meta =
          arguments -> {
            if (arguments.size() != 1) {
              throw new TemplateException(".Meta takes the name of a label");
            }
            return request.metadata().get(arguments.getFirst().toString());
          };
      return Map.ofEntries(
          Map.entry("Zone", labels.zone()),
          Map.entry("Name", name),
          Map.entry("Class", labels.queryClass()),
          Map.entry("Type", labels.type()),
          Map.entry("Regex", match.pattern() == null ? ".*" : match.pattern().toString()),
          Map.entry("Match", found),
          Map.entry("Group", groups),
          Map.entry("Question", asked),
          Map.entry(
              "Message",
              Map.of(
                  "Id", (long) request.id(),
                  "RecursionDesired", request.recursionDesired(),
                  "CheckingDisabled", request.has(Header.CD),
                  "Question", List.of(asked))),
          Map.entry("Remote", request.client().remote().getAddress().getHostAddress()),
          Map.entry("Meta", meta));
    }

    Step answer() {
      observer.matched(labels);
      if (template.rcode() == Rcode.SERVFAIL) {
        return Step.answer(
            new Response.Failure(Rcode.SERVFAIL, "the template says so", template.extendedError()));
      }
      List<ResourceRecord> answer = records("answer", template.answer());
      List<ResourceRecord> additional = records("additional", template.additional());
      List<ResourceRecord> authority = records("authority", template.authority());
      if (failure != null) {
        return failure(failure);
      }
      List<Edns.Option> options =
          template.extendedError() == null
              ? List.of()
              : List.of(template.extendedError().toOption());
      var message =
          new Message(
              request.id(),
              Header.QR | Header.AA | (request.flags() & (Header.RD | Header.CD)),
              template.rcode(),
              request.question(),
              List.of(),
              authority,
              additional,
              new Edns(512, 0, false, options));
      CompletionStage<Message> whole = CompletableFuture.completedFuture(message);
      for (ResourceRecord record : answer) {
        whole = whole.thenCompose(soFar -> with(soFar, record));
      }
      return new Step.Pending(whole.thenApply(Response.Reply::new));
    }

    /** The message with a record more, and, of a CNAME, what the rest of the server has for it. */
    private CompletionStage<Message> with(Message message, ResourceRecord record) {
      Message with = plus(message, List.of(record), 0);
      RecordType type = request.question().type();
      if (!(record.data() instanceof NameRdata(DomainName target, boolean _))
          || !record.type().equals(RecordType.CNAME)
          || !(type.equals(RecordType.A) || type.equals(RecordType.AAAA))) {
        return CompletableFuture.completedFuture(with);
      }
      return chain
          .server(request.asking(new Question(target, type, RecordTypes.CLASS_IN)))
          .thenApply(response -> {
            Message there = response.read();
            return there == null ? with : plus(with, there.answer(), there.flags() & Header.TC);
          });
    }

    private static Message plus(Message message, List<ResourceRecord> more, int flags) {
      List<ResourceRecord> all = new ArrayList<>(message.answer());
      all.addAll(more);
      return message.withAnswer(all).withFlags(message.flags() | flags);
    }

    private List<ResourceRecord> records(String section, List<GoTemplate> templates) {
      List<ResourceRecord> records = new ArrayList<>();
      for (GoTemplate each : templates) {
        if (failure != null) {
          break;
        }
        try {
          records.add(RecordText.parse(each.render(data), DomainName.ROOT, TTL_SECONDS));
        } catch (TemplateException e) {
          observer.templateFailed(labels, section, each.toString());
          failure = "%s \"%s\" cannot be filled in: %s".formatted(section, each, e.getMessage());
        } catch (BadRecordException e) {
          observer.recordFailed(labels, section, each.toString());
          failure = "%s \"%s\" makes no record: %s".formatted(section, each, e.getMessage());
        }
      }
      return records;
    }
  }

  private static String className(int queryClass) {
    return switch (queryClass) {
      case RecordTypes.CLASS_IN -> "IN";
      case RecordTypes.CLASS_CH -> "CH";
      case 4 -> "HS";
      case RecordTypes.CLASS_ANY -> "ANY";
      default -> "";
    };
  }
}

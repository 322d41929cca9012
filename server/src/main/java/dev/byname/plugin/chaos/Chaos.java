package dev.byname.plugin.chaos;

import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.rdata.Message;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.Rdata.TxtRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import dev.byname.wire.RecordTypes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Answers TXT of class CH for a few names. */
final class Chaos implements Plugin {
  private final ChaosConfig config;
  private final String hostName;
  private final RandomGenerator random;

  Chaos(ChaosConfig config, String hostName, RandomGenerator random) {
    this.config = config;
    this.hostName = hostName;
    this.random = random;
  }

  @Override
  public String name() {
    return "chaos";
  }

  @Override
  public Step handle(Request request, Chain chain) {
    Question question = request.question();
    List<String> texts =
        question.queryClass() == RecordTypes.CLASS_CH && question.type().equals(RecordType.TXT)
            ? texts(question.name().toString().toLowerCase(Locale.ROOT))
            : null;
    if (texts == null) {
      return Step.next(request);
    }
    return Step.answer(
        new Response.Reply(
            new Message(
                request.id(),
                Header.QR | (request.flags() & (Header.RD | Header.CD)),
                Rcode.NOERROR,
                question,
                texts.stream().map(text -> record(question, text)).toList(),
                List.of(),
                List.of(),
                null)));
  }

  /** Null for names that mean nothing here. */
  private @Nullable List<String> texts(String name) {
    return switch (name) {
      case "version.bind.", "version.server." -> List.of(config.version());
      case "hostname.bind.", "id.server." -> List.of(hostName);
      case "authors.bind." -> {
        List<String> authors = new ArrayList<>(config.authors());
        Collections.shuffle(authors, random);
        yield authors;
      }
      default -> null;
    };
  }

  private static ResourceRecord record(Question question, String text) {
    return new ResourceRecord(
        question.name(), RecordType.TXT, RecordTypes.CLASS_CH, 0, new TxtRdata(List.of(text)));
  }
}

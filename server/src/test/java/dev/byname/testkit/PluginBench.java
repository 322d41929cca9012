package dev.byname.testkit;

import dev.byname.corefile.Corefile;
import dev.byname.corefile.ParseOptions;
import dev.byname.corefile.Problems;
import dev.byname.interop.RecordText;
import dev.byname.interop.RecordText.BadRecordException;
import dev.byname.plugin.BlockContext;
import dev.byname.plugin.PluginFactory;
import dev.byname.plugin.PluginRuntime;
import dev.byname.query.Block;
import dev.byname.query.Client;
import dev.byname.query.Plugin;
import dev.byname.query.QueryMetrics;
import dev.byname.query.ReplyTo;
import dev.byname.query.Request;
import dev.byname.query.Responder;
import dev.byname.query.Response;
import dev.byname.query.ServerTable;
import dev.byname.query.Step;
import dev.byname.query.Transport;
import dev.byname.rdata.Edns;
import dev.byname.rdata.Message;
import dev.byname.rdata.Message.Question;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.Rcode;
import dev.byname.wire.RecordTypes;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * A plugin alone in a server block, with a scripted upstream behind it. Queries go through the real
 * responder, as bytes, so what comes back is what a client gets.
 */
public final class PluginBench {
  private static final DomainName ROOT = DomainName.ROOT;

  private final Responder responder;
  private final Map<String, Response> upstream = new HashMap<>();
  private final List<Request> asked = new ArrayList<>();
  private String clientAddress = "127.0.0.1";
  private Transport transport = Transport.UDP;

  private PluginBench(Plugin plugin, boolean chaosClass) {
    var metrics = new QueryMetrics();
    var block =
        new Block(
            List.of("."), List.of(plugin, new Upstream()), null, false, "", _ -> true, chaosClass);
    responder =
        new Responder(new ServerTable("dns://:53", List.of(block), metrics), metrics, () -> 0);
  }

  /**
   * The plugin that these lines of a server block make.
   *
   * @param services what its runtime has
   */
  public static <C> PluginBench of(PluginFactory<C> factory, String lines, Object... services) {
    var problems = new Problems();
    C config = parse(factory, lines, problems);
    if (config == null || problems.hasErrors()) {
      throw new AssertionError(problems);
    }
    Plugin plugin = factory.create(config, context(), new Runtime(List.of(services)));
    if (plugin == null) {
      throw new AssertionError("no plugin");
    }
    return new PluginBench(plugin, true);
  }

  /** Everything that is wrong with the lines of a server block that begins in line 1. */
  public static String problems(PluginFactory<?> factory, String lines) {
    var problems = new Problems();
    parse(factory, lines, problems);
    return problems.toString();
  }

  /** What {@code byname check} says. */
  public static <C> List<String> describe(PluginFactory<C> factory, String lines) {
    C config = parse(factory, lines, new Problems());
    return config == null ? List.of() : factory.describe(config);
  }

  private static <C> C parse(PluginFactory<C> factory, String lines, Problems problems) {
    var corefile =
        Corefile.parse(". {\n" + lines + "\n}\n", "Corefile", ParseOptions.DEFAULTS, problems);
    return factory.parse(
        corefile.blocks().getFirst().directives(factory.name()), context(), problems);
  }

  private static BlockContext context() {
    return new BlockContext(List.of("."), Path.of(""));
  }

  /**
   * What comes over the network for a question.
   *
   * @param question {@code NAME TYPE}
   * @param lines records as text, those of other sections behind {@code authority} or {@code
   *     additional}; an rcode first, unless NOERROR
   */
  public PluginBench upstream(String question, String... lines) {
    upstream.put(key(question), new Response.Wire(message(question, lines).toWire(0xffff)));
    return this;
  }

  /** As {@link #upstream}, made by a plugin of this process. */
  public PluginBench inProcess(String question, String... lines) {
    upstream.put(key(question), new Response.Reply(message(question, lines)));
    return this;
  }

  /** What the plugins behind come back with, whatever it is. */
  public PluginBench behind(String question, Response response) {
    upstream.put(key(question), response);
    return this;
  }

  private static String key(String question) {
    return question.toLowerCase(Locale.ROOT);
  }

  private static Message message(String question, String... lines) {
    List<List<ResourceRecord>> sections =
        List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    int rcode = Rcode.NOERROR;
    for (String line : lines) {
      int section = line.startsWith("authority ") ? 1 : line.startsWith("additional ") ? 2 : 0;
      if (Rcode.parse(line) >= 0) {
        rcode = Rcode.parse(line);
      } else {
        sections.get(section).add(record(section == 0 ? line : line.split(" ", 2)[1]));
      }
    }
    return new Message(
        0,
        Header.QR | Header.RD | Header.RA,
        rcode,
        question(question),
        sections.get(0),
        sections.get(1),
        sections.get(2),
        null);
  }

  public static ResourceRecord record(String text) {
    try {
      return RecordText.parse(text, ROOT, 0);
    } catch (BadRecordException e) {
      throw new AssertionError(text, e);
    }
  }

  private static Question question(String text) {
    String[] words = text.split(" ");
    RecordType type = RecordType.parse(words[1]);
    if (type == null) {
      throw new AssertionError(text);
    }
    int queryClass =
        Arrays.asList(words).contains("CH") ? RecordTypes.CLASS_CH : RecordTypes.CLASS_IN;
    return new Question(DomainName.of(words[0]), type, queryClass);
  }

  public PluginBench from(String address) {
    clientAddress = address;
    return this;
  }

  public PluginBench over(Transport other) {
    transport = other;
    return this;
  }

  /** The requests that reached the upstream, oldest first. */
  public List<Request> asked() {
    return asked;
  }

  /**
   * Asks as {@code dig} would.
   *
   * @param question {@code NAME TYPE [CH] [+noedns] [+dnssec] [+bufsize=N] [+opt=CODE:HEX]}
   * @return status and flags, the records and the EDNS options of the answer, separated by {@code
   *     "; "}; {@code silence} for none
   */
  public String ask(String question) {
    byte[] answer = askBytes(question);
    if (answer.length == 0) {
      return "silence";
    }
    Message message = Message.read(answer, answer.length);
    if (message == null) {
      throw new AssertionError("unreadable: " + HexFormat.of().formatHex(answer));
    }
    Question asked = question(question);
    if (!asked.equals(message.question())
        || !asked.name().toString().equals(message.question().name().toString())) {
      throw new AssertionError("another question comes back: " + message.question());
    }
    return print(message);
  }

  private byte[] askBytes(String question) {
    int size = 1232;
    boolean dnssec = false;
    boolean edns = true;
    List<Edns.Option> options = new ArrayList<>();
    for (String word : question.split(" ")) {
      if (word.startsWith("+bufsize=")) {
        size = Integer.parseInt(word.substring(9));
      } else if (word.startsWith("+opt=")) {
        String[] parts = word.substring(5).split(":", 2);
        options.add(new Edns.Option(Integer.parseInt(parts[0]), HexFormat.of().parseHex(parts[1])));
      }
      dnssec |= word.equals("+dnssec");
      edns &= !word.equals("+noedns");
    }
    byte[] query =
        new Message(
                4711,
                Header.RD,
                0,
                question(question),
                List.of(),
                List.of(),
                List.of(),
                edns ? new Edns(size, 0, dnssec, options) : null)
            .toWire(0xffff);
    var client =
        new Client(
            transport,
            new InetSocketAddress(clientAddress, 40_000),
            new InetSocketAddress("127.0.0.1", 53));
    var answer = new CompletableFuture<byte[]>();
    responder
        .newWorker()
        .answerSlowly(
            query,
            query.length,
            client,
            new ReplyTo() {
              @Override
              public void reply(byte[] message, int lengthBytes, boolean last) {
                answer.complete(Arrays.copyOf(message, lengthBytes));
              }

              @Override
              public void silence() {
                answer.complete(new byte[0]);
              }
            });
    return answer.join();
  }

  private static String print(Message message) {
    var text = new StringBuilder(Rcode.name(message.rcode()));
    text.append(message.has(Header.AA) ? " aa" : "");
    text.append(message.has(Header.TC) ? " tc" : "");
    text.append(message.has(Header.RA) ? " ra" : "");
    message.answer().forEach(record -> text.append("; ").append(record));
    message.authority().forEach(record -> text.append("; authority ").append(record));
    message.additional().forEach(record -> text.append("; additional ").append(record));
    if (message.edns() != null) {
      message
          .edns()
          .options()
          .forEach(option ->
              text.append("; option ")
                  .append(option.code())
                  .append(' ')
                  .append(HexFormat.of().formatHex(option.data())));
    }
    return text.toString();
  }

  private final class Upstream implements Plugin {
    @Override
    public String name() {
      return "upstream";
    }

    @Override
    public Step handle(Request request, Chain chain) {
      asked.add(request);
      Response response =
          upstream.get(
              key(
                  request.question().name()
                      + " "
                      + request.question().type()
                      + (request.question().queryClass() == RecordTypes.CLASS_CH ? " CH" : "")));
      return Step.answer(
          response == null ? new Response.Failure(Rcode.SERVFAIL, "nobody knows") : response);
    }
  }

  private record Runtime(List<Object> services) implements PluginRuntime {
    @Override
    public LongSupplier nanoTime() {
      return () -> 0;
    }

    @Override
    public LongSupplier epochMillis() {
      return () -> 0;
    }

    @Override
    public ScheduledExecutorService scheduler() {
      return new ManualScheduler(Instant.EPOCH);
    }

    @Override
    public RandomGenerator random() {
      return new Random(1);
    }

    @Override
    public <T> T service(Class<T> type) {
      return services.stream().filter(type::isInstance).map(type::cast).findFirst().orElseThrow();
    }
  }
}

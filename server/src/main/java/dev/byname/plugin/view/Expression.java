package dev.byname.plugin.view;

import dev.byname.cluster.IpAddress;
import dev.byname.corefile.Cidr;
import dev.byname.corefile.IpLiteral;
import dev.byname.plugin.GoRegex;
import dev.byname.query.Request;
import dev.byname.wire.Header;
import dev.byname.wire.RecordTypes;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A part of a condition. The parser has seen to the types: {@link #value} is a {@code Boolean}, a
 * {@code String}, an {@code Integer} or a {@code List} as {@link #kind} says.
 */
interface Expression {
  /** What a part can be. */
  enum Kind {
    BOOL("true or false"),
    TEXT("a text"),
    NUMBER("a number"),
    TEXTS("a list of texts"),
    NUMBERS("a list of numbers"),
    NOTHING("an empty list");

    final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  Kind kind();

  /**
   * @throws NoValue when it cannot be had for this query; then the condition does not hold
   */
  Object value(Request request);

  /** Without a stack trace: a client may cause it as often as it likes. */
  @SuppressWarnings("StaticAssignmentOfThrowable") // it carries nothing
  final class NoValue extends RuntimeException {
    static final NoValue INSTANCE = new NoValue();

    private NoValue() {
      super("no value", null, false, false);
    }
  }

  /** A part whose value comes from the query. */
  @FunctionalInterface
  interface OfQuery {
    Object value(Request request);
  }

  /** The usual part: a type and a way to the value. */
  record Computed(Kind kind, OfQuery from) implements Expression {
    @Override
    public Object value(Request request) {
      return from.value(request);
    }
  }

  /** Known when the configuration is read. */
  record Literal(Kind kind, Object constant) implements Expression {
    @Override
    public Object value(Request request) {
      return constant;
    }
  }

  /** The functions without argument, by name. */
  Map<String, Computed> FUNCTIONS =
      Map.ofEntries(
          text("name", q -> q.question().name().toLowerCase().toString()),
          text("type", q -> q.question().type().toString()),
          text("class", q -> className(q.question().queryClass())),
          text("proto", q -> q.client().transport().proto()),
          text("client_ip", q -> ip(q.client().remote())),
          text("port", q -> Integer.toString(q.client().remote().getPort())),
          text("server_ip", q -> ip(q.client().local())),
          text("server_port", q -> Integer.toString(q.client().local().getPort())),
          number("size", q -> q.wire().length),
          number("bufsize", Request::sizeMaxBytes),
          number("id", Request::id),
          number("opcode", q -> Header.opcode(q.flags())),
          Map.entry("do", new Computed(Kind.BOOL, Request::dnssecOk)));

  private static Map.Entry<String, Computed> text(String name, OfQuery from) {
    return Map.entry(name, new Computed(Kind.TEXT, from));
  }

  private static Map.Entry<String, Computed> number(String name, OfQuery from) {
    return Map.entry(name, new Computed(Kind.NUMBER, from));
  }

  private static String className(int value) {
    return switch (value) {
      case RecordTypes.CLASS_IN -> "IN";
      case RecordTypes.CLASS_CH -> "CH";
      case 4 -> "HS";
      case 254 -> "NONE";
      case 255 -> "ANY";
      default -> "CLASS" + value;
    };
  }

  /** As Go prints addresses: IPv6 in its shortest form (RFC 5952), without brackets. */
  private static String ip(InetSocketAddress address) {
    return IpAddress.of(address.getAddress().getAddress()).toString();
  }

  static Expression metadata(Expression label) {
    return new Computed(Kind.TEXT, q -> q.metadata().get((String) label.value(q)));
  }

  static Expression inCidr(Expression ip, Expression cidr) {
    return new Computed(
        Kind.BOOL,
        q -> {
          Optional<Cidr> block = Cidr.parse((String) cidr.value(q));
          return IpLiteral.parse((String) ip.value(q))
              .flatMap(address -> block.map(b -> b.contains(address)))
              .orElseThrow(() -> NoValue.INSTANCE);
        });
  }

  /** The same with a block that is known. */
  static Expression inCidr(Expression ip, Cidr block) {
    return new Computed(
        Kind.BOOL,
        q ->
            IpLiteral.parse((String) ip.value(q))
                .map(block::contains)
                .orElseThrow(() -> NoValue.INSTANCE));
  }

  static Expression matches(Expression text, GoRegex pattern) {
    return new Computed(Kind.BOOL, q -> pattern.find((String) text.value(q)) != null);
  }

  static Expression not(Expression operand) {
    return new Computed(Kind.BOOL, q -> !(Boolean) operand.value(q));
  }

  static Expression and(Expression left, Expression right) {
    return new Computed(Kind.BOOL, q -> (Boolean) left.value(q) && (Boolean) right.value(q));
  }

  static Expression or(Expression left, Expression right) {
    return new Computed(Kind.BOOL, q -> (Boolean) left.value(q) || (Boolean) right.value(q));
  }

  static Expression in(Expression element, Expression list) {
    return new Computed(Kind.BOOL, q -> ((List<?>) list.value(q)).contains(element.value(q)));
  }

  static Expression equal(Expression left, Expression right) {
    return new Computed(Kind.BOOL, q -> left.value(q).equals(right.value(q)));
  }

  /** A sign to be judged, of {@code left.compareTo(right)}. */
  @FunctionalInterface
  interface Sign {
    boolean fits(int comparison);
  }

  static Expression compared(Expression left, Expression right, Sign sign) {
    return new Computed(
        Kind.BOOL,
        q ->
            sign.fits(
                left.kind() == Kind.NUMBER
                    ? Integer.compare((Integer) left.value(q), (Integer) right.value(q))
                    : ((String) left.value(q)).compareTo((String) right.value(q))));
  }

  /** A test of one text by another. */
  @FunctionalInterface
  interface TextTest {
    boolean holds(String text, String other);
  }

  static Expression tested(Expression left, Expression right, TextTest test) {
    return new Computed(
        Kind.BOOL, q -> test.holds((String) left.value(q), (String) right.value(q)));
  }
}

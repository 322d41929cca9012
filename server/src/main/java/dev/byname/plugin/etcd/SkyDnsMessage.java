package dev.byname.plugin.etcd;

import dev.byname.cluster.IpAddress;
import dev.byname.wire.DomainName;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * One message of SkyDNS.
 *
 * @param key below the store's path, {@code local/skydns/x}
 * @param host as written; empty when there is none
 * @param address what the host is, when it is an address
 * @param port -1 for a message that is to have no SRV record
 * @param priority 0 when not given
 * @param weight 0 when not given
 * @param text of a TXT record; empty for none
 * @param mail whether it is an MX record as well
 * @param ttlSeconds 0 when not given
 * @param targetStrip labels to leave out of the front of a target made of the key
 * @param group empty for none
 * @param leaseId 0 for none
 */
record SkyDnsMessage(
    String key,
    String host,
    @Nullable IpAddress address,
    int port,
    int priority,
    int weight,
    String text,
    boolean mail,
    long ttlSeconds,
    int targetStrip,
    String group,
    long leaseId) {

  private static final JsonFactory JSON = new JsonFactory();
  private static final long TTL_SECONDS_MAX = Integer.MAX_VALUE; // RFC 2181 section 8

  /** A value that is no message; says why. */
  static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1;

    MalformedException(String reason) {
      super(reason, null, false, false);
    }
  }

  /** Reads a value of etcd's; unknown fields are passed over, names count without case. */
  static SkyDnsMessage parse(String key, byte[] json, long leaseId) throws MalformedException {
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedException("it is no JSON object");
      }
      var message = new Builder();
      for (String name = parser.nextName(); name != null; name = parser.nextName()) {
        parser.nextToken();
        message.set(name.toLowerCase(Locale.ROOT), parser);
      }
      if (parser.nextToken() != null) {
        throw new MalformedException("there is more after the JSON object");
      }
      return message.build(key, leaseId);
    } catch (JacksonException broken) {
      throw new MalformedException("it is no JSON: " + firstLine(broken.getOriginalMessage()));
    }
  }

  /** The host as a name; null for an address and for what is no name. */
  @Nullable DomainName hostName() {
    return address == null && !host.isEmpty() ? DomainName.parse(host) : null;
  }

  /** The name that this message lies under; null when its key has parts that are no labels. */
  @Nullable DomainName name() {
    var text = new StringBuilder();
    for (int end = key.length(); end > 0; ) {
      int slash = key.lastIndexOf('/', end - 1);
      text.append(key, slash + 1, end).append('.');
      end = slash;
    }
    return text.isEmpty() ? null : DomainName.parse(text.toString());
  }

  /** Without the labels to strip; the whole name when there are not that many. */
  DomainName strip(DomainName target) {
    return targetStrip > 0 && targetStrip < target.labelCount()
        ? target.withoutFirst(targetStrip)
        : target;
  }

  /** How many names above it has; the fewest decide the group. */
  int depth() {
    int slashes = 0;
    for (int i = 0; i < key.length(); i++) {
      if (key.charAt(i) == '/') {
        slashes++;
      }
    }
    return slashes;
  }

  private static String firstLine(@Nullable String message) {
    if (message == null) {
      return "unreadable";
    }
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  private static final class Builder {
    private String host = "";
    private String text = "";
    private String group = "";
    private boolean mail;
    private int port;
    private int priority;
    private int weight;
    private int targetStrip;
    private long ttlSeconds;

    void set(String name, JsonParser value) throws MalformedException {
      if (value.currentToken() == JsonToken.VALUE_NULL) {
        return; // as if it were not there
      }
      switch (name) {
        case "host" -> host = text(name, value);
        case "text" -> text = text(name, value);
        case "group" -> group = text(name, value);
        case "mail" -> mail = flag(name, value);
        case "port" -> port = (int) number(name, value, -1, 65535);
        case "priority" -> priority = (int) number(name, value, 0, 65535);
        case "weight" -> weight = (int) number(name, value, 0, 65535);
        case "targetstrip" -> targetStrip = (int) number(name, value, 0, 127);
        case "ttl" -> ttlSeconds = Math.min(number(name, value, 0, 0xffff_ffffL), TTL_SECONDS_MAX);
        default -> value.skipChildren();
      }
    }

    SkyDnsMessage build(String key, long leaseId) {
      return new SkyDnsMessage(
          key,
          host,
          IpAddress.parse(host),
          port,
          priority,
          weight,
          text,
          mail,
          ttlSeconds,
          targetStrip,
          group,
          leaseId);
    }

    private static String text(String name, JsonParser value) throws MalformedException {
      if (value.currentToken() != JsonToken.VALUE_STRING) {
        throw new MalformedException(name + " is no text");
      }
      return value.getString();
    }

    private static boolean flag(String name, JsonParser value) throws MalformedException {
      return switch (value.currentToken()) {
        case VALUE_TRUE -> true;
        case VALUE_FALSE -> false;
        case null, default -> throw new MalformedException(name + " is neither true nor false");
      };
    }

    private static long number(String name, JsonParser value, long least, long most)
        throws MalformedException {
      if (value.currentToken() == JsonToken.VALUE_NUMBER_INT) {
        try {
          long number = value.getLongValue();
          if (number >= least && number <= most) {
            return number;
          }
        } catch (JacksonException tooLong) {
          throw new MalformedException(name + " is not between " + least + " and " + most);
        }
      }
      throw new MalformedException(name + " is not a number between " + least + " and " + most);
    }
  }
}

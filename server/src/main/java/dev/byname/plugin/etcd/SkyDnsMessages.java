package dev.byname.plugin.etcd;

import dev.byname.plugin.etcd.SkyDnsMessage.MalformedException;
import dev.byname.wire.DomainName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All messages below a path, in the order of their keys. One thread writes, any number look things
 * up without waiting; each message is there as a whole or not at all.
 */
public final class SkyDnsMessages {
  private static final Logger log = LoggerFactory.getLogger(SkyDnsMessages.class);

  /** Values that are named in the log; further ones are only counted. */
  private static final int NAMED_MAX = 20;

  private final ConcurrentNavigableMap<String, SkyDnsMessage> byKey = new ConcurrentSkipListMap<>();
  private final Set<String> named = ConcurrentHashMap.newKeySet();
  private final LongAdder malformed = new LongAdder();
  private volatile boolean complete;

  /**
   * A key has a new value. What is no message takes the place of one nevertheless: whoever wrote it
   * did not want the old one any more.
   *
   * @param key below the path, without a slash in front
   * @param leaseId 0 for none
   */
  public void put(String key, byte[] value, long leaseId) {
    try {
      byKey.put(key, SkyDnsMessage.parse(key, value, leaseId));
      named.remove(key);
    } catch (MalformedException malformedValue) {
      byKey.remove(key);
      malformed.increment();
      if (named.size() < NAMED_MAX && named.add(key)) {
        log.warn("{} in etcd is passed over: {}", key, malformedValue.getMessage());
      }
    }
  }

  public void remove(String key) {
    byKey.remove(key);
    named.remove(key);
  }

  /** Everything has been put once; from now on a missing name does not exist. */
  public void complete() {
    complete = true;
  }

  public boolean isComplete() {
    return complete;
  }

  public int size() {
    return byKey.size();
  }

  /** Values that were no messages, since the start. */
  public long malformed() {
    return malformed.sum();
  }

  /** The message of a name itself. */
  @Nullable SkyDnsMessage exact(DomainName name) {
    var key = key(name, name.labelCount());
    return key == null ? null : byKey.get(key);
  }

  /**
   * The messages of a name: all those below it, or else its own. A label {@code *} or {@code any}
   * matches every label in its place.
   *
   * @return null when the name does not exist
   */
  @Nullable List<SkyDnsMessage> find(DomainName name) {
    int labels = name.labelCount();
    int fixed = 0; // labels from the right before the first wildcard
    while (fixed < labels && !isWildcard(name.label(labels - 1 - fixed))) {
      fixed++;
    }
    var key = key(name, fixed);
    if (key == null) {
      return null;
    }
    var below = below(key);
    if (below.isEmpty()) {
      var own = byKey.get(key);
      if (own == null) {
        return null;
      }
      below = List.of(own);
    }
    if (fixed == labels) {
      return List.copyOf(below);
    }
    var matching = new ArrayList<SkyDnsMessage>();
    for (SkyDnsMessage message : below) {
      if (matches(message.key(), name, fixed)) {
        matching.add(message);
      }
    }
    return matching;
  }

  private Collection<SkyDnsMessage> below(String key) {
    // '0' is the character after '/'.
    return key.isEmpty() ? byKey.values() : byKey.subMap(key + "/", key + "0").values();
  }

  /** Whether the key has a segment for each label, equal where the label is no wildcard. */
  private static boolean matches(String key, DomainName name, int from) {
    var segments = key.split("/", -1);
    int labels = name.labelCount();
    if (segments.length < labels) {
      return false;
    }
    for (int i = from; i < labels; i++) {
      var label = name.label(labels - 1 - i);
      if (!isWildcard(label) && !segments[i].equals(lower(label))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isWildcard(String label) {
    return label.equals("*") || label.equalsIgnoreCase("any");
  }

  /**
   * The rightmost labels from right to left with slashes between them.
   *
   * @return null when a label contains a slash: it would be two in the key
   */
  private static @Nullable String key(DomainName name, int labelCount) {
    var key = new StringBuilder();
    int labels = name.labelCount();
    for (int i = 0; i < labelCount; i++) {
      var label = lower(name.label(labels - 1 - i));
      if (label.indexOf('/') >= 0) {
        return null;
      }
      key.append(i == 0 ? "" : "/").append(label);
    }
    return key.toString();
  }

  private static String lower(String label) {
    return label.toLowerCase(java.util.Locale.ROOT);
  }
}

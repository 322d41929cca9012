package dev.byname.plugin.file;

import dev.byname.rdata.Rdata.SoaRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.DomainName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The content of a zone at one moment; immutable. Names lie in canonical order (RFC 4034 section
 * 6.1), empty non-terminals among them, so that "does anything exist below this name" and "which
 * name comes before this one" (NSEC) cost a search and not a walk.
 */
final class Zone {
  private final DomainName origin;
  private final ResourceRecord soa;
  private final long serial;
  private final long negativeTtlSeconds;
  private final Node apex;
  private final Node[] ordered;
  private final Map<DomainName, Node> byName;

  private Zone(ResourceRecord soa, SoaRdata data, SortedMap<DomainName, Node> nodes) {
    origin = soa.owner();
    this.soa = soa;
    serial = data.serial();
    negativeTtlSeconds = Math.min(soa.ttlSeconds(), data.minimumSeconds());
    ordered = nodes.values().toArray(Node[]::new);
    byName = Map.copyOf(nodes); // half the size of a HashMap
    apex = ordered[0];
  }

  /**
   * Puts a zone together.
   *
   * @param soa whose owner is the origin
   * @param records all of them, the SOA once, at or below the origin
   */
  static Zone of(ResourceRecord soa, List<ResourceRecord> records) {
    if (!(soa.data() instanceof SoaRdata data)) {
      throw new IllegalArgumentException(soa + " is no SOA record");
    }
    DomainName origin = soa.owner();
    Map<DomainName, Set<ResourceRecord>> byOwner = new HashMap<>();
    for (ResourceRecord record : records) {
      byOwner.computeIfAbsent(record.owner(), _ -> new LinkedHashSet<>(2)).add(record);
    }
    var nodes = new TreeMap<DomainName, Node>();
    byOwner.forEach((name, owned) -> {
      nodes.put(name, new Node(name, List.copyOf(owned)));
      for (DomainName parent = name;
          parent.labelCount() > origin.labelCount();
          parent = parent.withoutFirst(1)) {
        DomainName above = parent.withoutFirst(1);
        if (!byOwner.containsKey(above)) {
          nodes.putIfAbsent(above, new Node(above, List.of()));
        }
      }
    });
    return new Zone(soa, data, nodes);
  }

  DomainName origin() {
    return origin;
  }

  ResourceRecord soa() {
    return soa;
  }

  long serial() {
    return serial;
  }

  /**
   * The SOA of a negative answer, whose TTL is how long the answer may be kept (RFC 2308 section
   * 3).
   */
  List<ResourceRecord> negativeSoa(boolean signatures) {
    return apex.of(RecordType.SOA, signatures).stream()
        .map(record -> record.withTtl(negativeTtlSeconds))
        .toList();
  }

  Node apex() {
    return apex;
  }

  /** Names that own records. */
  int nameCount() {
    int count = 0;
    for (Node node : ordered) {
      count += node.isEmpty() ? 0 : 1;
    }
    return count;
  }

  /** The name's node, with records or as an empty non-terminal; null when it does not exist. */
  @Nullable Node find(DomainName name) {
    return byName.get(name);
  }

  /**
   * The node whose NSEC record covers the name: the last one not behind it that has such a record.
   *
   * @return null in a zone that is not signed
   */
  @Nullable Node covering(DomainName name) {
    int low = 0;
    int high = ordered.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (ordered[middle].name().compareTo(name) <= 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    for (int i = high; i >= 0; i--) {
      if (ordered[i].has(RecordType.NSEC)) {
        return ordered[i];
      }
    }
    return null;
  }

  /** Every record but the SOA, in canonical order of the names. */
  List<ResourceRecord> recordsBehindSoa() {
    var all = new ArrayList<ResourceRecord>();
    for (Node node : ordered) {
      all.addAll(node.records());
    }
    all.remove(soa);
    return Collections.unmodifiableList(all);
  }
}

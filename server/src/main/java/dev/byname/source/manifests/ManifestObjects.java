package dev.byname.source.manifests;

import dev.byname.cluster.ClusterObject;
import dev.byname.cluster.ClusterObject.Kind;
import dev.byname.cluster.ClusterSink;
import dev.byname.cluster.ObjectKey;
import dev.byname.source.manifests.ManifestReader.Content;
import dev.byname.source.manifests.ManifestReader.Found;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which objects the files hold, and of those that several hold, which one counts: the one whose
 * file sorts first, and in one file the one that stands first. The order in which files are read
 * does not matter.
 *
 * <p>{@link #publish} hands the net effect of all changes since the last time to the sink, so that
 * an object that moves from one file to another is never gone. Used by one thread.
 */
final class ManifestObjects {
  /** An object as a file has it. */
  private record Claim(String file, int line, ClusterObject object) implements Comparable<Claim> {
    @Override
    public int compareTo(Claim other) {
      int byFile = file.compareTo(other.file);
      return byFile != 0 ? byFile : Integer.compare(line, other.line);
    }

    String place() {
      return file + ":" + line;
    }
  }

  /** All who claim one object, the one that counts first; nearly always a single one. */
  private static final class Holding {
    List<Claim> claims = List.of();

    /** What the sink has. */
    @Nullable ClusterObject published;
  }

  private record Id(Kind kind, ObjectKey key) {
    static Id of(ClusterObject object) {
      return new Id(object.kind(), object.key());
    }

    // Written out: what Java would make at run time is no part of an AOT cache.
    @Override
    public boolean equals(Object o) {
      return o instanceof Id other && kind == other.kind && key.equals(other.key);
    }

    @Override
    public int hashCode() {
      return kind.hashCode() * 31 + key.hashCode();
    }
  }

  private final ClusterSink sink;
  private final Map<Kind, Map<ObjectKey, Holding>> holdings = new EnumMap<>(Kind.class);
  private final Map<String, List<Claim>> claimsByFile = new HashMap<>();
  private final Set<Id> touched = new LinkedHashSet<>();

  /** Objects that more than one place claims; usually empty. */
  private final Set<Id> contested = new HashSet<>();

  private int publishedObjects;

  ManifestObjects(ClusterSink sink) {
    this.sink = sink;
  }

  /**
   * The file now holds this. Objects that it held and does not hold any more are given up only when
   * nothing is wrong with it.
   */
  void update(String file, Content content) {
    var now = new LinkedHashMap<Id, List<Claim>>();
    for (Found found : content.objects()) {
      now.computeIfAbsent(Id.of(found.object()), _ -> new ArrayList<>(1))
          .add(new Claim(file, found.line(), found.object()));
    }
    if (!content.problems().isEmpty()) {
      Set<Id> found = Set.copyOf(now.keySet());
      for (Claim claim : claimsByFile.getOrDefault(file, List.of())) {
        Id id = Id.of(claim.object());
        if (!found.contains(id)) {
          now.computeIfAbsent(id, _ -> new ArrayList<>(1)).add(claim);
        }
      }
    }
    replaceClaims(file, now);
  }

  /** The file is gone, and what it held with it. */
  void remove(String file) {
    replaceClaims(file, Map.of());
  }

  private void replaceClaims(String file, Map<Id, List<Claim>> now) {
    List<Claim> before = claimsByFile.getOrDefault(file, List.of());
    var all = new ArrayList<Claim>();
    now.values().forEach(all::addAll);
    if (all.isEmpty()) {
      claimsByFile.remove(file);
    } else {
      claimsByFile.put(file, List.copyOf(all));
    }
    for (Claim claim : before) {
      Id id = Id.of(claim.object());
      if (!now.containsKey(id)) {
        setClaims(id, file, List.of());
      }
    }
    now.forEach((id, claims) -> setClaims(id, file, claims));
  }

  private void setClaims(Id id, String file, List<Claim> claims) {
    Holding holding =
        holdings
            .computeIfAbsent(id.kind(), _ -> new HashMap<>())
            .computeIfAbsent(id.key(), _ -> new Holding());
    if (holding.claims.size() <= 1
        && claims.size() == 1
        && holding.claims.stream().allMatch(claim -> claim.file().equals(file))) {
      holding.claims = List.of(claims.getFirst());
    } else {
      var all = new ArrayList<>(holding.claims);
      all.removeIf(claim -> claim.file().equals(file));
      all.addAll(claims);
      Collections.sort(all);
      holding.claims = List.copyOf(all);
    }
    if (holding.claims.size() > 1) {
      contested.add(id);
    } else {
      contested.remove(id);
    }
    touched.add(id);
  }

  /**
   * Hands over what is different from the last time: first everything new, then what is gone.
   *
   * @return the number of objects that were put or removed
   */
  int publish() {
    int changes = 0;
    var gone = new ArrayList<Id>();
    for (Id id : touched) {
      Holding holding = holding(id);
      if (holding == null) {
        continue;
      }
      if (holding.claims.isEmpty()) {
        gone.add(id);
        continue;
      }
      ClusterObject object = holding.claims.getFirst().object();
      if (!object.equals(holding.published)) {
        publishedObjects += holding.published == null ? 1 : 0;
        holding.published = object;
        sink.put(object);
        changes++;
      }
    }
    for (Id id : gone) {
      Holding holding = holding(id);
      holdings.getOrDefault(id.kind(), Map.of()).remove(id.key());
      if (holding != null && holding.published != null) {
        publishedObjects--;
        sink.remove(id.kind(), id.key());
        changes++;
      }
    }
    touched.clear();
    return changes;
  }

  /** Whether a file has the object. */
  boolean holds(Kind kind, ObjectKey key) {
    return holding(new Id(kind, key)) != null;
  }

  /** Objects that the sink has. */
  int size() {
    return publishedObjects;
  }

  /** One problem for each claim that does not count, with the place of the one that does. */
  List<ManifestProblem> conflicts() {
    var problems = new ArrayList<ManifestProblem>();
    for (Id id : contested) {
      Holding holding = holding(id);
      List<Claim> claims = holding == null ? List.of() : holding.claims;
      for (Claim claim : claims.subList(Math.min(1, claims.size()), claims.size())) {
        problems.add(
            new ManifestProblem(
                claim.file(),
                claim.line(),
                "%s %s is in %s, too; that one is used"
                    .formatted(id.kind().apiName(), id.key(), claims.getFirst().place())));
      }
    }
    Collections.sort(problems);
    return problems;
  }

  private @Nullable Holding holding(Id id) {
    return holdings.getOrDefault(id.kind(), Map.of()).get(id.key());
  }
}

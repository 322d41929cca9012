package dev.byname.resolverconfig.registry;

import dev.byname.resolverconfig.allocation.Holder;
import java.util.List;
import java.util.Optional;

/**
 * Something that is wrong with what is allocated.
 *
 * @param value the address or port; of what cannot be read, where it stands
 * @param holdings who holds the value, and where that is written
 * @param detail what is wrong, in words; for those who already read kind, value and holdings
 * @param leak set for {@link Kind#LEAKED} once a repair has noticed it
 */
public record Finding(
    Kind kind, String value, List<Holding> holdings, String detail, Optional<Leak> leak) {

  public Finding {
    holdings = List.copyOf(holdings);
  }

  /** What can be wrong, worst first. */
  public enum Kind {
    /** A Service or range that cannot be read; what it holds is not known. */
    UNREADABLE("unreadable"),
    /** Several Services hold the same value. */
    ALLOCATED_TWICE("allocated twice"),
    /** A text in the place of an address or port that is none. */
    INVALID("invalid"),
    /** A Service holds what is in no range, or an address that is never given out. */
    OUT_OF_RANGE("out of range"),
    /** A Service holds what is not marked as taken, so another one may be given it. */
    NOT_ALLOCATED("not allocated"),
    /** The IPAddress object of an address names another owner than the Service that holds it. */
    OWNED_BY_ANOTHER("owned by another"),
    /** Marked as taken though nobody holds it. */
    LEAKED("leaked");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    /** As people read it: {@code allocated twice}. */
    @Override
    public String toString() {
      return label;
    }
  }

  /**
   * Who holds a value.
   *
   * @param where the file, with a line for manifests, or the key in etcd
   */
  public record Holding(Holder holder, String where) {
    /** {@code kube-system/catalog-ui (ClusterIP), store/services/specs/kube-system/…}. */
    @Override
    public String toString() {
      return holder + ", " + where;
    }
  }

  static Finding of(Kind kind, String value, List<Holding> holdings, String detail) {
    return new Finding(kind, value, holdings, detail, Optional.empty());
  }

  static Finding unreadable(String where, String why) {
    return of(
        Kind.UNREADABLE, where, List.of(), "cannot be read, so what it holds is not known: " + why);
  }

  /** One line: the detail, then who and where. */
  @Override
  public String toString() {
    var text = new StringBuilder(value).append(' ').append(detail);
    for (var i = 0; i < holdings.size(); i++) {
      text.append(i == 0 ? ": " : "; ").append(holdings.get(i));
    }
    return text.toString();
  }
}

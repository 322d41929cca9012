package dev.byname.query;

/**
 * Bits of a message's flags that are set and cleared; none is in both.
 *
 * @param set as in the 16 bits behind the id
 * @param clear the same
 */
public record FlagChange(int set, int clear) {
  /** Changes nothing. */
  public static final FlagChange NONE = new FlagChange(0, 0);

  public int apply(int flags) {
    return (flags & ~clear) | set;
  }

  /** The part of it that is about these bits. */
  public FlagChange onlyOf(int bits) {
    return new FlagChange(set & bits, clear & bits);
  }

  /** Both, one after the other. */
  public FlagChange then(FlagChange later) {
    return new FlagChange((set & ~later.clear) | later.set, (clear & ~later.set) | later.clear);
  }
}

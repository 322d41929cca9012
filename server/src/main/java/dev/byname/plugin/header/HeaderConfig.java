package dev.byname.plugin.header;

/** Which of the 16 bits behind the id are set and cleared; a bit is in one of a pair at most. */
record HeaderConfig(Bits query, Bits response) {
  record Bits(int set, int clear) {
    int apply(int flags) {
      return (flags & ~clear) | set;
    }
  }
}

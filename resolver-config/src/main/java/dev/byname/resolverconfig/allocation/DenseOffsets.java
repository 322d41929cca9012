package dev.byname.resolverconfig.allocation;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A bit per offset, in three levels of 64: words of 64 offsets, blocks of 64 words, and over both
 * one bit that says <em>full</em>. Finding a free offset near exhaustion therefore reads a handful
 * of words instead of scanning the range. Blocks exist from their first offset on: an empty /12
 * takes 3 KiB.
 */
final class DenseOffsets implements OffsetSet {
  private static final int WORDS_PER_BLOCK = 64;
  private static final int OFFSETS_PER_BLOCK = 64 * WORDS_PER_BLOCK;

  private final int size;

  /** By block; null while nothing in it is set. */
  private final long[] @Nullable [] blocks;

  /** By block: bit i says that its word i is full; words past the end count as full. */
  private final long[] fullWords;

  /** A bit per block: all its words are full; blocks past the end count as full. */
  private final long[] fullBlocks;

  private int count;
  private long probes;

  DenseOffsets(int size) {
    this.size = size;
    var blockCount = (size + OFFSETS_PER_BLOCK - 1) / OFFSETS_PER_BLOCK;
    blocks = new long[blockCount][];
    fullWords = new long[blockCount];
    fullBlocks = new long[(blockCount + 63) / 64];
    var wordCount = (size + 63) / 64;
    if (wordCount % WORDS_PER_BLOCK != 0) {
      fullWords[blockCount - 1] = -1L << (wordCount % WORDS_PER_BLOCK);
    }
    if (blockCount % 64 != 0) {
      fullBlocks[fullBlocks.length - 1] = -1L << (blockCount % 64);
    }
  }

  @Override
  public boolean contains(long offset) {
    var at = checked(offset);
    var block = blocks[at / OFFSETS_PER_BLOCK];
    return block != null && (block[wordInBlock(at)] & 1L << at) != 0;
  }

  @Override
  public boolean add(long offset) {
    var at = checked(offset);
    var blockIndex = at / OFFSETS_PER_BLOCK;
    var block = blocks[blockIndex];
    if (block == null) {
      block = newBlock(blockIndex);
      blocks[blockIndex] = block;
    }
    var word = wordInBlock(at);
    if ((block[word] & 1L << at) != 0) {
      return false;
    }
    block[word] |= 1L << at;
    count++;
    if (block[word] == -1L) {
      fullWords[blockIndex] |= 1L << word;
      if (fullWords[blockIndex] == -1L) {
        fullBlocks[blockIndex / 64] |= 1L << blockIndex;
      }
    }
    return true;
  }

  @Override
  public boolean remove(long offset) {
    if (!contains(offset)) {
      return false;
    }
    var at = checked(offset);
    var blockIndex = at / OFFSETS_PER_BLOCK;
    var block = requireNonNull(blocks[blockIndex]);
    var word = wordInBlock(at);
    block[word] &= ~(1L << at);
    count--;
    fullWords[blockIndex] &= ~(1L << word);
    fullBlocks[blockIndex / 64] &= ~(1L << blockIndex);
    return true;
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  public OptionalLong nextClear(long from, long end) {
    if (from >= end || from >= size) {
      return OptionalLong.empty();
    }
    var found = nextClear((int) from);
    return found >= 0 && found < Math.min(end, size)
        ? OptionalLong.of(found)
        : OptionalLong.empty();
  }

  @Override
  public void forEach(LongConsumer visitor) {
    for (var blockIndex = 0; blockIndex < blocks.length; blockIndex++) {
      var block = blocks[blockIndex];
      if (block == null) {
        continue;
      }
      for (var word = 0; word < WORDS_PER_BLOCK; word++) {
        var first = blockIndex * OFFSETS_PER_BLOCK + word * 64;
        for (var bits = block[word]; bits != 0; bits &= bits - 1) {
          var offset = first + Long.numberOfTrailingZeros(bits);
          if (offset < size) {
            visitor.accept(offset);
          }
        }
      }
    }
  }

  @Override
  public long probes() {
    return probes;
  }

  /** The lowest clear offset from there on, or -1. */
  private int nextClear(int from) {
    var blockIndex = from / OFFSETS_PER_BLOCK;
    probes++;
    var block = blocks[blockIndex];
    if (block == null) {
      return from;
    }
    var word = wordInBlock(from);
    var clear = ~block[word] & -1L << from;
    if (clear != 0) {
      return from - from % 64 + Long.numberOfTrailingZeros(clear);
    }
    probes++;
    var words = word == 63 ? 0 : ~fullWords[blockIndex] & -1L << (word + 1);
    if (words != 0) {
      return firstClear(blockIndex, words);
    }
    for (var next = blockIndex + 1; next < blocks.length; next = (next / 64 + 1) * 64) {
      probes++;
      var open = ~fullBlocks[next / 64] & -1L << next;
      if (open != 0) {
        var target = next - next % 64 + Long.numberOfTrailingZeros(open);
        return firstClear(target, ~fullWords[target]);
      }
    }
    return -1;
  }

  private int firstClear(int blockIndex, long openWords) {
    probes++;
    var word = Long.numberOfTrailingZeros(openWords);
    var block = blocks[blockIndex];
    var bit = block == null ? 0 : Long.numberOfTrailingZeros(~block[word]);
    return blockIndex * OFFSETS_PER_BLOCK + word * 64 + bit;
  }

  private long[] newBlock(int blockIndex) {
    var block = new long[WORDS_PER_BLOCK];
    var end = size - blockIndex * OFFSETS_PER_BLOCK;
    if (end < OFFSETS_PER_BLOCK && end % 64 != 0) {
      // The last word is full once its real offsets are.
      block[end / 64] = -1L << end;
    }
    if (end < OFFSETS_PER_BLOCK) {
      Arrays.fill(block, (end + 63) / 64, WORDS_PER_BLOCK, -1L);
    }
    return block;
  }

  private int checked(long offset) {
    if (offset < 0 || offset >= size) {
      throw new IndexOutOfBoundsException(Long.toUnsignedString(offset) + " of " + size);
    }
    return (int) offset;
  }

  private static int wordInBlock(int offset) {
    return offset % OFFSETS_PER_BLOCK / 64;
  }
}

package dev.byname.zone;

import dev.byname.cluster.IpAddress;
import java.util.Arrays;

/**
 * Items of bytes, packed one behind the other, each kept once and in the order it first came: how
 * answers are made. A headless service has thousands of endpoints, and each of their changes makes
 * its answers anew; so an item costs its bytes and two ints, and no object.
 */
final class PackedSet {
  private byte[] bytes;
  private int length;
  private int[] ends;
  private int count;

  /** Open addressing, at most half full: the index of an item plus one, or 0. */
  private int[] table;

  private int itemStart;

  PackedSet(int expectedItems, int expectedItemBytes) {
    int room = Math.max(4, expectedItems);
    bytes = new byte[room * expectedItemBytes];
    ends = new int[room];
    table = new int[Integer.highestOneBit(room) * 4];
  }

  int count() {
    return count;
  }

  PackedSet u8(int value) {
    room(1);
    bytes[length++] = (byte) value;
    return this;
  }

  PackedSet u16(int value) {
    return u8(value >>> 8).u8(value);
  }

  PackedSet bytes(byte[] more) {
    room(more.length);
    System.arraycopy(more, 0, bytes, length, more.length);
    length += more.length;
    return this;
  }

  PackedSet address(IpAddress address) {
    room(16);
    length += address.writeTo(bytes, length);
    return this;
  }

  /** Ends the item that was written; returns its index, or that of the equal one before it. */
  int seal() {
    int mask = table.length - 1;
    int slot = NameTable.hash(bytes, itemStart, length) & mask;
    for (; table[slot] != 0; slot = (slot + 1) & mask) {
      int other = table[slot] - 1;
      if (Arrays.equals(bytes, start(other), ends[other], bytes, itemStart, length)) {
        length = itemStart;
        return other;
      }
    }
    if (count == ends.length) {
      ends = Arrays.copyOf(ends, count * 2);
    }
    ends[count] = length;
    table[slot] = ++count;
    if (count * 2 > table.length) {
      rehash();
    }
    itemStart = length;
    return count - 1;
  }

  byte[] toByteArray() {
    return count == 0 ? Answers.NONE : Arrays.copyOf(bytes, itemStart);
  }

  private int start(int item) {
    return item == 0 ? 0 : ends[item - 1];
  }

  private void rehash() {
    table = new int[table.length * 2];
    int mask = table.length - 1;
    for (int item = 0; item < count; item++) {
      int slot = NameTable.hash(bytes, start(item), ends[item]) & mask;
      while (table[slot] != 0) {
        slot = (slot + 1) & mask;
      }
      table[slot] = item + 1;
    }
  }

  private void room(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
    }
  }
}

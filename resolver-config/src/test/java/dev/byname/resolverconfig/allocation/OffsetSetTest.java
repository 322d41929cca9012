package dev.byname.resolverconfig.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OffsetSetTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 63, 64, 65, 127, 4095, 4096, 4097, 8192, 70_000})
  void bothFormsDoWhatATreeSetDoes(int size) {
    var seed = new Random().nextLong();
    var random = new Random(seed);
    var model = new TreeSet<Long>();
    var sets = new OffsetSet[] {new DenseOffsets(size), new SparseOffsets(size)};
    for (var step = 0; step < (size > 10_000 ? 200 : 1000); step++) {
      // Long stretches of filling and emptying reach both ends of the scale.
      var filling = step / 50 % 2 == 0;
      var offset = (long) random.nextInt(size);
      var length = Math.min(1 + random.nextInt(Math.max(1, size / 20)), size - (int) offset);
      for (var at = offset; at < offset + length; at++) {
        var changed = filling ? model.add(at) : model.remove(at);
        for (var set : sets) {
          if (changed != (filling ? set.add(at) : set.remove(at))) {
            throw new AssertionError("seed " + seed + " step " + step + " offset " + at);
          }
        }
      }
      var from = random.nextInt(size + 2);
      var end = random.nextInt(size + 2);
      var expected = OptionalLong.empty();
      for (long at = from; at < Math.min(end, size) && expected.isEmpty(); at++) {
        if (!model.contains(at)) {
          expected = OptionalLong.of(at);
        }
      }
      for (var set : sets) {
        assertThat(set.nextClear(from, end)).as("seed %d step %d", seed, step).isEqualTo(expected);
        assertThat(set.count()).isEqualTo(model.size());
        assertThat(set.contains(offset)).isEqualTo(model.contains(offset));
      }
    }
    for (var set : sets) {
      var visited = new ArrayList<Long>();
      set.forEach(visited::add);
      assertThat(visited).as("seed %d", seed).containsExactlyElementsOf(model);
    }
  }

  @Test
  void theWidestRangeIsCountedUnsigned() {
    var size = -1L; // 2^64-1: an IPv6 /64
    var set = OffsetSet.ofSize(size);
    var highest = size - 1;
    assertThat(set.add(highest)).isTrue();
    assertThat(set.add(Long.MAX_VALUE)).isTrue();
    assertThat(set.add(Long.MIN_VALUE)).isTrue();
    assertThat(set.add(0)).isTrue();
    assertThat(set.nextClear(highest, size)).isEmpty();
    assertThat(set.nextClear(Long.MAX_VALUE, size)).hasValue(Long.MIN_VALUE + 1);
    assertThat(set.nextClear(0, size)).hasValue(1);
    var visited = new ArrayList<Long>();
    set.forEach(visited::add);
    assertThat(visited).containsExactly(0L, Long.MAX_VALUE, Long.MIN_VALUE, highest);
    assertThat(set.remove(Long.MIN_VALUE)).isTrue();
    assertThat(set.contains(Long.MAX_VALUE)).isTrue();
    assertThat(set.contains(Long.MIN_VALUE)).isFalse();
    assertThatThrownBy(() -> set.add(size)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void offsetsPastTheEndAreRefused() {
    assertThatThrownBy(() -> new DenseOffsets(10).add(10))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> new DenseOffsets(10).contains(-1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> new SparseOffsets(10).contains(10))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}

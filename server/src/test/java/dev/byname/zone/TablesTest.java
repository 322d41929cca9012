package dev.byname.zone;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.cluster.IpAddress;
import dev.byname.cluster.ObjectKey;
import dev.byname.cluster.ServiceView;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The zone's tables beside the collections of the JDK, after random steps from a seed. */
class TablesTest {
  private static final int STEPS = 20_000;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void namesAreThoseOfASet(long seed) {
    var random = new Random(seed);
    var table = new NameTable<ServiceSlot>();
    Set<String> model = new HashSet<>();
    for (int step = 0; step < STEPS; step++) {
      String name = "s" + random.nextInt(300);
      ServiceSlot slot = slot(name);
      if (model.add(name)) {
        assertThat(table.find(slot.key)).as("%s in step %d", name, step).isNull();
        table.add(slot);
      } else {
        assertThat(table.find(slot.key).service.name()).isEqualTo(name);
        table.remove(slot.key);
        model.remove(name);
      }
    }
    for (int i = 0; i < 300; i++) {
      String name = "s" + i;
      assertThat(table.find(slot(name).key) != null).as(name).isEqualTo(model.contains(name));
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void addressesLeadToTheServicesThatHoldThem(long seed) {
    var random = new Random(seed);
    var table = new AddressTable();
    List<ServiceSlot> slots = List.of(slot("a"), slot("b"), slot("c"));
    Map<IpAddress, Set<String>> model = new HashMap<>();
    for (int step = 0; step < STEPS; step++) {
      IpAddress address = address(random.nextInt(300));
      ServiceSlot slot = slots.get(random.nextInt(slots.size()));
      Set<String> holders = model.computeIfAbsent(address, key -> new TreeSet<>());
      if (random.nextBoolean()) {
        table.addEndpoint(address.v6(), address.high(), address.low(), slot);
        holders.add(slot.service.name());
      } else {
        table.removeEndpoint(address.v6(), address.high(), address.low(), slot);
        holders.remove(slot.service.name());
      }
      assertThat(holders(table, address)).as("%s in step %d", address, step).isEqualTo(holders);
    }
    model.forEach((address, holders) ->
        assertThat(holders(table, address)).as("%s", address).isEqualTo(holders));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void packedItemsAreKeptOnceInTheirOrder(long seed) {
    var random = new Random(seed);
    var packed = new PackedSet(random.nextInt(10), 2);
    List<String> model = new ArrayList<>();
    for (int step = 0; step < 1_000; step++) {
      String item = Integer.toString(random.nextInt(400), 2);
      int index = packed.bytes(item.getBytes(US_ASCII)).seal();
      if (!model.contains(item)) {
        model.add(item);
      }
      assertThat(index).as("%s in step %d", item, step).isEqualTo(model.indexOf(item));
      assertThat(packed.count()).isEqualTo(model.size());
    }
    var bytes = new ByteArrayOutputStream();
    model.forEach(item -> bytes.writeBytes(item.getBytes(US_ASCII)));
    assertThat(packed.toByteArray()).isEqualTo(bytes.toByteArray());
  }

  /** Whatever the number of entries, also one below that of a table's growth. */
  @ParameterizedTest(name = "{0} entries")
  @ValueSource(ints = {1_000, 16_383, 16_384, 49_151, 65_530})
  void aChangeCopiesThreeEntriesAtMost(int entries) {
    var names = new NameTable<ServiceSlot>();
    var addresses = new AddressTable();
    ServiceSlot slot = slot("a");
    for (int i = 0; i < entries; i++) {
      names.add(slot("s" + i));
      IpAddress address = address(i);
      addresses.addEndpoint(address.v6(), address.high(), address.low(), slot);
    }
    long namesCopied = names.entriesCopied();
    long addressesCopied = addresses.entriesCopied();
    int changes = 4 * entries;
    for (int i = 0; i < changes; i++) {
      names.remove(slot("s" + i).key);
      names.add(slot("s" + (entries + i)));
      IpAddress gone = address(i);
      addresses.removeEndpoint(gone.v6(), gone.high(), gone.low(), slot);
      IpAddress come = address(entries + i);
      addresses.addEndpoint(come.v6(), come.high(), come.low(), slot);
    }
    assertThat(names.entriesCopied() - namesCopied).isLessThan(3L * changes);
    assertThat(addresses.entriesCopied() - addressesCopied).isLessThan(3L * changes);
  }

  private static Set<String> holders(AddressTable table, IpAddress address) {
    AddressTable.Entry entry = table.find(address.v6(), address.high(), address.low());
    Set<String> names = new TreeSet<>();
    if (entry != null) {
      Arrays.stream(entry.endpointOf()).forEach(slot -> names.add(slot.service.name()));
      assertThat(names).as("no empty entry, none twice").hasSize(entry.endpointOf().length);
      assertThat(names).isNotEmpty();
    }
    return names;
  }

  /** Of both families in turns. */
  private static IpAddress address(int i) {
    return i % 2 == 0 ? IpAddress.v4(0x0a00_0000 + i) : IpAddress.v6(0xfd00L << 48, i);
  }

  private static ServiceSlot slot(String name) {
    var key = new ObjectKey("default", name);
    var view = new ServiceView(key, null, List.of());
    return new ServiceSlot(
        key, new CompiledService(view, Finding.Fixed.NO_DATA, CompiledService.NO_PORTS));
  }
}

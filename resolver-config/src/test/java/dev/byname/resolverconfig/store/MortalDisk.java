package dev.byname.resolverconfig.store;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory on which the world ends after a given number of steps. A step is one byte
 * written or one operation. What is left then depends on the end:
 *
 * <ul>
 *   <li>the process is killed: everything it did so far, and a file cut where it was;
 *   <li>the power fails: what was synced; of all else any part, each change of a folder on its own
 *       — worse than file systems are, so an order that survives this survives them.
 * </ul>
 */
final class MortalDisk implements FileLayer {

  /** Thrown at the end; no code catches it. */
  static final class TheEnd extends Error {
    TheEnd() {
      super("the world ends here", null, false, false);
    }
  }

  private static final class File {
    byte[] content = {};

    /** What is certain to be there after a power cut. */
    byte[] durable = {};

    boolean isSynced() {
      return Arrays.equals(content, durable);
    }
  }

  /** What a killed process leaves: name to file. */
  private final Map<Path, File> names = new TreeMap<>();

  /** What a power cut is certain to leave. */
  private final Map<Path, File> durableNames = new TreeMap<>();

  private final Set<Path> folders = new HashSet<>();
  private long stepsLeft = Long.MAX_VALUE;
  private long steps;

  /** How many steps were taken so far. */
  long steps() {
    return steps;
  }

  void endAfter(long moreSteps) {
    stepsLeft = moreSteps;
  }

  /** What is found after a {@code kill -9}. */
  MortalDisk afterKill() {
    var disk = new MortalDisk();
    disk.folders.addAll(folders);
    names.forEach((name, file) -> disk.putDurably(name, file.content));
    return disk;
  }

  /** What is found after a power cut; chance decides about all that was not synced. */
  MortalDisk afterPowerCut(Random random) {
    var disk = new MortalDisk();
    disk.folders.addAll(folders);
    var all = new HashSet<>(names.keySet());
    all.addAll(durableNames.keySet());
    for (var name : all) {
      var now = names.get(name);
      var certain = durableNames.get(name);
      var file = now == certain || random.nextBoolean() ? now : certain;
      if (file != null) {
        disk.putDurably(name, remains(file, random));
      }
    }
    return disk;
  }

  private static byte[] remains(File file, Random random) {
    if (file.isSynced() || random.nextInt(3) == 0) {
      return file.content;
    }
    return random.nextBoolean()
        ? file.durable
        : Arrays.copyOf(file.content, random.nextInt(file.content.length + 1));
  }

  private void putDurably(Path name, byte[] content) {
    var file = new File();
    file.content = content;
    file.durable = content;
    names.put(name, file);
    durableNames.put(name, file);
  }

  private void step() {
    if (stepsLeft-- <= 0) {
      throw new TheEnd();
    }
    steps++;
  }

  @Override
  public byte @Nullable [] read(Path file) {
    var found = names.get(file);
    return found == null ? null : found.content.clone();
  }

  @Override
  public List<Path> filesBelow(Path folder) {
    return names.keySet().stream().filter(name -> name.startsWith(folder)).toList();
  }

  @Override
  public void write(Path file, byte[] content) {
    needFolder(file);
    step();
    var written = new File();
    names.put(file, written);
    for (var length = 1; length <= content.length; length++) {
      step();
      written.content = Arrays.copyOf(content, length);
    }
  }

  @Override
  public void sync(Path file) throws IOException {
    step();
    var found = names.get(file);
    if (found == null) {
      throw new NoSuchFileException(file.toString());
    }
    found.durable = found.content;
  }

  @Override
  public void syncFolder(Path folder) {
    step();
    durableNames.keySet().removeIf(name -> name.getParent().equals(folder));
    names.forEach((name, file) -> {
      if (name.getParent().equals(folder)) {
        durableNames.put(name, file);
      }
    });
  }

  @Override
  public void move(Path from, Path to) throws IOException {
    needFolder(to);
    step();
    var file = names.remove(from);
    if (file == null) {
      throw new NoSuchFileException(from.toString());
    }
    names.put(to, file);
  }

  @Override
  public void delete(Path file) {
    step();
    names.remove(file);
  }

  @Override
  public void createFolders(Path folder) {
    step();
    for (var at = folder; at != null; at = at.getParent()) {
      folders.add(at);
    }
  }

  @Override
  public Lock tryLock(Path file) {
    return () -> {};
  }

  private void needFolder(Path file) {
    if (!folders.contains(file.getParent())) {
      throw new AssertionError("no folder for " + file);
    }
  }
}

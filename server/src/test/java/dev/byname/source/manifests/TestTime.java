package dev.byname.source.manifests;

import java.util.concurrent.atomic.AtomicReference;

/** The machine's clock, and rescans only when a test asks for one. */
final class TestTime implements ManifestsSource.Time {
  private final AtomicReference<Runnable> rescan = new AtomicReference<>();

  @Override
  public long epochMillis() {
    return System.currentTimeMillis();
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public ManifestsSource.Repetition repeatRescan(Runnable task) {
    rescan.set(task);
    return () -> rescan.set(null);
  }

  void rescanNow() {
    rescan.get().run();
  }

  boolean repeats() {
    return rescan.get() != null;
  }
}

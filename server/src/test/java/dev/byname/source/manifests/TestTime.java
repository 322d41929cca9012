package dev.byname.source.manifests;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The machine's clock, which can be stopped, and rescans only when a test asks for one. */
final class TestTime implements ManifestsSource.Time {
  private final AtomicReference<Runnable> rescan = new AtomicReference<>();
  private volatile @Nullable Long stoppedAt;

  @Override
  public long epochMillis() {
    return System.currentTimeMillis();
  }

  @Override
  public long nanoTime() {
    return stoppedAt == null ? System.nanoTime() : stoppedAt;
  }

  /** Nothing settles any more. */
  void stop() {
    stoppedAt = System.nanoTime();
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

package dev.byname.plugin.forward;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what the metrics would count. */
final class Recorder implements ForwardObserver {
  final List<String> events = new CopyOnWriteArrayList<>();

  long count(String event) {
    return events.stream().filter(event::equals).count();
  }

  @Override
  public void requested(String to) {
    events.add("requested");
  }

  @Override
  public void answered(String to, int rcode, long durationNanos) {
    events.add("answered " + rcode);
  }

  @Override
  public void connection(String to, String proto, boolean reused) {
    events.add(proto + (reused ? " reused" : " new"));
  }

  @Override
  public void healthCheckFailed(String to) {
    events.add("check failed");
  }

  @Override
  public void allUnhealthy() {
    events.add("all unhealthy");
  }

  @Override
  public void rejected() {
    events.add("rejected");
  }

  @Override
  public void dropped(String to, DropReason reason) {
    events.add("dropped " + reason);
  }

  @Override
  public void unusable(String to) {
    events.add("unusable");
  }

  @Override
  public void coalesced() {
    events.add("coalesced");
  }
}

package dev.byname.transport;

import dev.byname.query.Transport;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Remembers what the transport told. */
final class CountingObserver implements TransportObserver {
  private final Map<Object, AtomicInteger> counts = new ConcurrentHashMap<>();
  final List<Throwable> bugs = new CopyOnWriteArrayList<>();
  final List<String> certificates = new CopyOnWriteArrayList<>();
  final AtomicInteger opened = new AtomicInteger();
  final AtomicInteger closed = new AtomicInteger();

  int count(Object what) {
    var counter = counts.get(what);
    return counter == null ? 0 : counter.get();
  }

  /** Everything shed so far, by reason. */
  Map<Shed, Integer> shed() {
    var result = new EnumMap<Shed, Integer>(Shed.class);
    for (var reason : Shed.values()) {
      if (count(reason) > 0) {
        result.put(reason, count(reason));
      }
    }
    return result;
  }

  @Override
  public void shed(ListenerConfig listener, Transport transport, Shed what) {
    add(what);
  }

  @Override
  public void connectionOpened(ListenerConfig listener, Transport transport) {
    opened.incrementAndGet();
  }

  @Override
  public void connectionClosed(ListenerConfig listener, Transport transport, Closed why) {
    closed.incrementAndGet();
    add(why);
  }

  @Override
  public void httpResponse(ListenerConfig listener, int status) {
    add(status);
  }

  @Override
  public void bug(ListenerConfig listener, Throwable bug) {
    bugs.add(bug);
  }

  @Override
  public void certificateChanged(ListenerConfig listener) {
    certificates.add("changed");
  }

  @Override
  public void certificateRefused(ListenerConfig listener, String problem) {
    certificates.add(problem);
  }

  private void add(Object what) {
    counts.computeIfAbsent(what, any -> new AtomicInteger()).incrementAndGet();
  }
}

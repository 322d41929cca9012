package dev.byname.transport;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * A number of places that all clients share. When half of them are taken, a client gets a new one
 * only while it holds less than an eighth of all: one that floods finds itself refused while there
 * is still room for the others. At the bound the newest is refused: the older ones already cost
 * their memory and would go on costing it, since work that others do for us cannot be called back.
 *
 * <p>Clients are told apart by a hash of their address (IPv6: of its /64, which one host owns
 * whole), so two of them may share their part by bad luck; nothing is allocated for a client.
 * Thread-safe.
 */
final class FairBound {
  private static final int BUCKETS = 1024;

  private final AtomicInteger taken = new AtomicInteger();
  private final AtomicIntegerArray takenByBucket = new AtomicIntegerArray(BUCKETS);
  private volatile int max;
  private volatile @Nullable CompletableFuture<Void> empty;

  FairBound(int max) {
    this.max = max;
  }

  /** The bucket of a client, to be handed to the other methods. */
  static int bucket(InetAddress client) {
    int hash;
    if (client instanceof Inet6Address) {
      byte[] bytes = client.getAddress();
      hash = 0;
      for (int i = 0; i < 8; i++) {
        hash = 31 * hash + bytes[i];
      }
    } else {
      hash = client.hashCode();
    }
    return (hash * 0x9e3779b9) >>> 22; // the top 10 bits of Fibonacci hashing spread neighbours
  }

  /** Takes a place; false when there is none for this client. */
  boolean enter(int bucket) {
    int limit = max;
    int now = taken.incrementAndGet();
    int ofClient = takenByBucket.incrementAndGet(bucket);
    if (now > limit || (now > limit / 2 && ofClient > Math.max(1, limit / 8))) {
      leave(bucket);
      return false;
    }
    return true;
  }

  /** Gives a place back. */
  void leave(int bucket) {
    takenByBucket.decrementAndGet(bucket);
    if (taken.decrementAndGet() == 0) {
      var waiting = empty;
      if (waiting != null) {
        waiting.complete(null);
      }
    }
  }

  int taken() {
    return taken.get();
  }

  /** Places taken above a lower bound stay taken until they are given back. */
  void max(int newMax) {
    max = newMax;
  }

  /** Completes at the first moment from now on when no place is taken. */
  CompletableFuture<Void> whenEmpty() {
    var waiting = new CompletableFuture<Void>();
    empty = waiting;
    if (taken.get() == 0) {
      waiting.complete(null);
    }
    return waiting;
  }
}

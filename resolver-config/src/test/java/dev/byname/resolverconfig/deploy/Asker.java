package dev.byname.resolverconfig.deploy;

import dev.byname.resolverconfig.testkit.NetworkNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * A program in a pod that looks names up, one after the other, until its stop file is there.
 *
 * @param nodeLocal whether the pod asks a node-local server first
 * @param log a line for each lookup: when it began and ended, in microseconds since 1970, and
 *     {@code answered} or {@code lost}
 */
record Asker(Resolver resolver, boolean nodeLocal, Process process, Path log) {

  /** What programs resolve names with. Java asks glibc. */
  enum Resolver {
    GETENT,
    DIG,
    MUSL,
    JAVA
  }

  /** Which names it looks up. */
  enum Names {
    /** Always the same; the first query brings it. */
    REVIEWS,
    /** A new one each time, so that no cache has it; the third query brings it. */
    PODS
  }

  /** One lookup; times since 1970. */
  record Lookup(long beganMicros, long endedMicros, boolean answered) {}

  /**
   * Starts a program.
   *
   * @param index different for each asker, so that none asks for what another has made cached
   * @param musl a program of musl that prints the address of a name
   */
  static Asker start(
      NetworkNamespace pod,
      Resolver resolver,
      boolean nodeLocal,
      Names names,
      int index,
      Path stop,
      Path musl) {
    var command =
        switch (resolver) {
          case GETENT -> loop("getent ahosts $name", names, index, stop);
          case DIG -> loop("dig +search +short $name", names, index, stop);
          case MUSL -> loop(musl + " $name", names, index, stop);
          case JAVA -> Tool.java(PodClient.class, "lookups", names + "", index + "", stop + "");
        };
    var log = stop.resolveSibling("asker-" + index + ".log");
    return new Asker(resolver, nodeLocal, pod.start(log, command), log);
  }

  private static String[] loop(String command, Names names, int index, Path stop) {
    var script =
        """
        LC_ALL=C
        n=0
        name=reviews
        address=10.0.0.157
        until [ -e "%1$s" ]; do
          n=$((n + 1))
          if [ %2$s = PODS ]; then
            name=10-%3$d-$((n / 200))-$((n %% 200)).default.pod
            address=10.%3$d.$((n / 200)).$((n %% 200))
          fi
          began=${EPOCHREALTIME/./}
          if %4$s 2>&1 | grep -qwF "$address"; then became=answered; else became=lost; fi
          echo "$began ${EPOCHREALTIME/./} $became"
          sleep 0.05
        done
        """
            .formatted(stop, names, index, command);
    return new String[] {"bash", "-c", script};
  }

  /**
   * How long after its beginning a lookup is tried for the last time, at least, with what
   * Kubernetes renders, which is {@code timeout:5 attempts:2}. glibc and dig try again at once when
   * a port refuses, and when the node has given up a neighbour that does not answer, after 3 s;
   * musl does not listen to ICMP. A node-local server goes on for 5 s.
   *
   * @param silent whether packets vanish; otherwise the port refuses them
   */
  int lastTryMillis(boolean silent) {
    if (nodeLocal) {
      return 4000;
    }
    return silent || resolver == Resolver.MUSL ? 2500 : 0;
  }

  /** What is known so far. */
  List<Lookup> lookups() {
    try {
      // The last line may be half written.
      var text = Files.readString(log);
      return text.substring(0, text.lastIndexOf('\n') + 1)
          .lines()
          .map(line -> line.split(" "))
          .map(words ->
              new Lookup(
                  Long.parseLong(words[0]), Long.parseLong(words[1]), words[2].equals("answered")))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException noLookup) {
      throw new IllegalStateException(log + " has a line that is no lookup", noLookup);
    }
  }

  @Override
  public String toString() {
    return resolver.name().toLowerCase(Locale.ROOT) + (nodeLocal ? ", node-local in front" : "");
  }
}

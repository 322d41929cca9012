package dev.byname.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.testkit.Dig;
import dev.byname.testkit.EtcdProcess;
import io.etcd.jetcd.Client;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What etcd goes through in the years of a cluster, while dig asks without a pause: members are
 * killed and hang, history is compacted, a backup takes over.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EtcdClusterServeIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Pattern WATCHERS =
      Pattern.compile("^etcd_debugging_mvcc_watcher_total (\\S+)", Pattern.MULTILINE);

  @TempDir Path folder;

  /** Of jetcd's clients, which open a hundred of their own otherwise. */
  private final ExecutorService threads = Executors.newFixedThreadPool(2);

  @BeforeAll
  static void etcdIsThere() {
    EtcdProcess.assumeInstalled();
  }

  @AfterEach
  void endThreads() {
    threads.shutdown();
  }

  @Test
  void everyAcknowledgedWriteIsAnsweredWhoeverLeads() throws Exception {
    try (var etcd = EtcdProcess.in(folder).members(3).start();
        var client = client(etcd.clientUrls());
        var server = started(etcd.clientUrls())) {
      var dig = Dig.at(server.dns());
      ShopInEtcd.put(etcd, "steady", "10.0.0.1");
      dig.awaitBrief("10.0.0.1", ShopInEtcd.name("steady"));
      var names = new ArrayList<String>();
      var addresses = new ArrayList<String>();
      try (var _ = dig.expectAllTheTime("10.0.0.1", ShopInEtcd.name("steady"))) {
        for (int round = 0; round < 2; round++) {
          int leader = etcd.leader();
          for (int i = 0; i < 60; i++) {
            if (i == 20) {
              etcd.kill(leader);
            }
            var name = "svc-" + round + "-" + i;
            var address = "10.0." + (1 + round) + "." + i;
            putUntilAcknowledged(client, name, address);
            names.add(ShopInEtcd.name(name));
            addresses.add(address);
          }
          etcd.restart(leader);
          etcd.awaitHealthy();
        }
        dig.awaitBrief(String.join("\n", addresses), names.toArray(String[]::new));
      }
      assertThat(relists(server)).as("a watch is resumed, whatever member it was on").isZero();
    }
  }

  @Test
  void aMemberThatHangsIsLeft() throws Exception {
    try (var etcd = EtcdProcess.in(folder).members(3).start();
        var server = started(etcd.clientUrls())) {
      var dig = Dig.at(server.dns());
      ShopInEtcd.put(etcd, "steady", "10.0.0.1");
      dig.awaitBrief("10.0.0.1", ShopInEtcd.name("steady"));
      int followed = followed(etcd);
      etcd.pause(followed);
      try (var _ = dig.expectAllTheTime("10.0.0.1", ShopInEtcd.name("steady"))) {
        int other = (followed + 1) % 3;
        etcd.awaitHealthy(other);
        try (var client = client(List.of(etcd.clientUrl(other)))) {
          ShopInEtcd.put(client, "web", "10.0.0.2").get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
        dig.awaitBrief("10.0.0.2", ShopInEtcd.name("web"));
      } finally {
        etcd.resume(followed);
      }
    }
  }

  /** Restored from a backup: the same revisions will be counted again, for other changes. */
  @Test
  void aStoreThatWentBackInTimeIsFollowed() throws Exception {
    try (var etcd = EtcdProcess.in(folder).start();
        var server = started(etcd.clientUrls())) {
      var dig = Dig.at(server.dns());
      ShopInEtcd.put(etcd, "steady", "10.0.0.1");
      ShopInEtcd.put(etcd, "web", "10.0.0.2");
      dig.awaitBrief("10.0.0.2", ShopInEtcd.name("web"));
      try (var _ = dig.expectAllTheTime("10.0.0.1", ShopInEtcd.name("steady"))) {
        etcd.kill(0);
        copy(folder.resolve("etcd-0"), folder.resolve("backup"));
        etcd.restart(0);
        etcd.awaitHealthy();
        for (int i = 0; i < 20; i++) {
          ShopInEtcd.put(etcd, "later", "10.0.0." + (10 + i));
        }
        ShopInEtcd.put(etcd, "web", "10.0.0.3");
        dig.awaitBrief("10.0.0.3", ShopInEtcd.name("web"));
        dig.awaitBrief("10.0.0.29", ShopInEtcd.name("later"));

        etcd.kill(0);
        delete(folder.resolve("etcd-0"));
        copy(folder.resolve("backup"), folder.resolve("etcd-0"));
        etcd.restart(0);
        etcd.awaitHealthy();
        ShopInEtcd.put(etcd, "new", "10.0.0.9");
        dig.awaitBrief("10.0.0.9", ShopInEtcd.name("new"));
        dig.awaitBrief("10.0.0.2", ShopInEtcd.name("web"));
        dig.awaitBrief("", ShopInEtcd.name("later"));
      }
      assertThat(dig.full(ShopInEtcd.name("later"))).contains("status: NXDOMAIN");
      assertThat(relists(server)).isEqualTo(1);
    }
  }

  @Test
  void allIsReadAgainAndComparedWhenTheRevisionWasCompactedMeanwhile() throws Exception {
    try (var etcd = EtcdProcess.in(folder).members(3).start();
        // Only one of the three, so that the others can go on without us.
        var server = started(List.of(etcd.clientUrl(0)))) {
      var dig = Dig.at(server.dns());
      ShopInEtcd.put(etcd, "stays", "10.0.0.1");
      ShopInEtcd.put(etcd, "goes", "10.0.0.2");
      dig.awaitBrief("10.0.0.1", ShopInEtcd.name("stays"));
      dig.awaitBrief("10.0.0.2", ShopInEtcd.name("goes"));
      try (var _ = dig.expectAllTheTime("10.0.0.1", ShopInEtcd.name("stays"))) {
        etcd.kill(0);
        etcd.awaitHealthy();
        ShopInEtcd.delete(etcd, "goes");
        ShopInEtcd.put(etcd, "comes", "10.0.0.3");
        assertThat(dig.brief(ShopInEtcd.name("goes"))).as("cut off").isEqualTo("10.0.0.2");
        etcd.etcdctl("compact", Long.toString(etcd.revision()));
        etcd.restart(0);
        dig.awaitBrief("10.0.0.3", ShopInEtcd.name("comes"));
        dig.awaitBrief("", ShopInEtcd.name("goes"));
      }
      assertThat(dig.full(ShopInEtcd.name("goes"))).contains("status: NXDOMAIN");
      assertThat(relists(server)).isEqualTo(1);
    }
  }

  @Test
  void tenThousandServicesAreAnsweredThatCameAsFastAsEtcdTakesThem() throws Exception {
    int count = 10_000;
    try (var etcd = EtcdProcess.in(folder).start();
        var client = client(etcd.clientUrls());
        var server = started(etcd.clientUrls())) {
      var dig = Dig.at(server.dns());
      ShopInEtcd.put(etcd, "steady", "10.0.0.1");
      dig.awaitBrief("10.0.0.1", ShopInEtcd.name("steady"));
      var names = new ArrayList<String>();
      var addresses = new ArrayList<String>();
      try (var _ = dig.expectAllTheTime("10.0.0.1", ShopInEtcd.name("steady"))) {
        var underWay = new Semaphore(500);
        var writes = new ArrayList<CompletableFuture<Void>>();
        for (int i = 0; i < count; i++) {
          var address = "10.1." + i / 250 + "." + i % 250;
          names.add(ShopInEtcd.name("svc-" + i));
          addresses.add(address);
          underWay.acquire();
          writes.add(
              ShopInEtcd.put(client, "svc-" + i, address)
                  .whenComplete((done, failed) -> underWay.release()));
        }
        for (var write : writes) {
          write.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
        dig.awaitBrief(addresses.getLast(), names.getLast());
      }
      var questions = Files.write(folder.resolve("names"), names);
      assertThat(dig.brief(questions).lines().toList()).containsExactlyElementsOf(addresses);
      assertThat(relists(server)).isZero();

      // The same again as a list, in pages.
      Files.createDirectory(folder.resolve("second"));
      try (var second = started(folder.resolve("second"), etcd.clientUrls())) {
        assertThat(Dig.at(second.dns()).brief(questions).lines().toList())
            .containsExactlyElementsOf(addresses);
      }
    }
  }

  private TestServer started(List<URI> endpoints) throws IOException {
    return started(folder, endpoints);
  }

  private static TestServer started(Path folder, List<URI> endpoints) throws IOException {
    return new TestServer(
        folder,
        """
        .:0 {
          bind 127.0.0.1
          errors
          prometheus 127.0.0.1:0
          kubernetes cluster.local in-addr.arpa {
            etcd %s
            startup_timeout 60s
          }
        }
        """
            .formatted(endpoints.stream().map(URI::toString).collect(Collectors.joining(" "))));
  }

  private Client client(List<URI> endpoints) {
    return Client.builder().endpoints(endpoints).executorService(threads).build();
  }

  private static int relists(TestServer server) {
    var found =
        Pattern.compile("^byname_source_relists_total (\\S+)", Pattern.MULTILINE)
            .matcher(server.scrape());
    assertThat(found.find()).isTrue();
    return (int) Double.parseDouble(found.group(1));
  }

  /** The member that our watches are on, as the members themselves say: nobody else watches. */
  private static int followed(EtcdProcess etcd) {
    for (int member = 0; member < etcd.memberCount(); member++) {
      var found =
          WATCHERS.matcher(TestServer.page(etcd.clientUrl(member).resolve("/metrics")).body());
      if (found.find() && Double.parseDouble(found.group(1)) > 0) {
        return member;
      }
    }
    throw new AssertionError("no member has a watcher");
  }

  /** Without a leader etcd says "timed out" or nothing; then it may have written or not. */
  private static void putUntilAcknowledged(Client client, String name, String address) {
    Awaitility.await(name)
        .atMost(LIMIT)
        .pollDelay(Duration.ZERO)
        .ignoreExceptionsMatching(
            failure -> failure instanceof ExecutionException || failure instanceof TimeoutException)
        .until(() -> {
          ShopInEtcd.put(client, name, address).get(2, TimeUnit.SECONDS);
          return true;
        });
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}

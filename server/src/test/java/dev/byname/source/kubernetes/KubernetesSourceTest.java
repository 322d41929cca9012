package dev.byname.source.kubernetes;

import static dev.byname.source.kubernetes.KubernetesHarness.config;
import static dev.byname.source.kubernetes.KubernetesHarness.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.byname.cluster.ClusterChange;
import dev.byname.cluster.ClusterObject.Kind;
import dev.byname.cluster.EndpointSlice;
import dev.byname.cluster.IpAddress;
import dev.byname.cluster.ObjectKey;
import dev.byname.source.kubernetes.ApiServerDouble.Fault;
import dev.byname.source.kubernetes.ApiServerDouble.Request;
import dev.byname.source.kubernetes.KubernetesSourceConfig.Access;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the picture shows while the API server misbehaves. */
class KubernetesSourceTest {
  @TempDir Path folder;
  private final ApiServerDouble api = new ApiServerDouble();
  private final KubernetesHarness byname = new KubernetesHarness();

  @BeforeEach
  void aSmallCluster() {
    api.putNamespace("default");
    api.putService("web", "10.0.0.1");
    api.putService("db", "10.0.0.2");
    api.putService("cache", "10.0.0.3");
    api.putSlice("web-1", "web", "10.1.0.1", "10.1.0.2");
  }

  @AfterEach
  void end() {
    byname.close();
    api.close();
  }

  private static boolean firstList(Request request, String resource) {
    return request.isList() && request.isFor(resource);
  }

  @Nested
  class InGoodDays {
    @Test
    void listsInPagesThenFollowsTheWatch() {
      byname.start(config(api.url()));
      byname.awaitSynced();
      assertThat(byname.clusterIp("web")).isEqualTo("10.0.0.1");
      assertThat(byname.clusterIp("cache")).isEqualTo("10.0.0.3");
      assertThat(byname.endpoints("web")).containsExactly("10.1.0.1", "10.1.0.2");
      assertThat(byname.state.namespace("default")).isNotNull();
      assertThat(api.requests(r -> firstList(r, "services"))).hasSize(2);

      api.putService("new", "10.0.0.9");
      api.putSlice("web-1", "web", "10.1.0.7");
      api.delete("services", "default", "db");
      eventually(() -> {
        assertThat(byname.clusterIp("new")).isEqualTo("10.0.0.9");
        assertThat(byname.endpoints("web")).containsExactly("10.1.0.7");
        assertThat(byname.clusterIp("db")).isEmpty();
      });
      var status = byname.status();
      assertThat(status.connected()).isTrue();
      assertThat(status.revision()).isEqualTo(api.revision());
      assertThat(status.lastEventEpochMillis()).isPositive();
      assertThat(status.relists()).isZero();
    }

    @Test
    void aServerThatStreamsListsIsNeverListed() {
      api.minorVersion("34", true);
      byname.start(config(api.url()));
      byname.awaitSynced();
      assertThat(byname.clusterIp("cache")).isEqualTo("10.0.0.3");
      api.putService("new", "10.0.0.9");
      eventually(() -> assertThat(byname.clusterIp("new")).isEqualTo("10.0.0.9"));
      assertThat(api.requests(Request::isList).stream().filter(r -> !r.query().isEmpty()))
          .isEmpty();
    }

    @Test
    void aNewServerWithStreamedListsSwitchedOffIsListed() {
      api.minorVersion("34", false);
      byname.start(config(api.url()));
      byname.awaitSynced();
      assertThat(byname.clusterIp("cache")).isEqualTo("10.0.0.3");
      assertThat(byname.status().connected()).isTrue();
    }

    @Test
    void namedNamespacesAreReadOneByOneAndSelectorsGoToTheServer() {
      api.putNamespace("other");
      api.put(
          "services",
          "other",
          "hidden",
          "\"spec\":{\"clusterIP\":\"10.0.0.20\",\"ports\":[{\"port\":1}]}");
      var config = config(api.url()).withNamespaces(Set.of("default"));
      byname.start(
          new KubernetesSourceConfig(
              config.access(),
              config.namespaces(),
              "",
              "app in (a,b)",
              true,
              true,
              false,
              false,
              1000,
              1000,
              3,
              500,
              config.pace()));
      byname.awaitSynced();
      assertThat(byname.state.keys(Kind.SERVICE))
          .allMatch(key -> key.namespace().equals("default"));
      assertThat(byname.state.namespaceNames()).containsExactly("default");
      assertThat(api.requests(r -> r.isFor("services")))
          .allMatch(r -> r.path().equals("/api/v1/namespaces/default/services"))
          .allMatch(r -> r.query().get("labelSelector").equals("app in (a,b)"));
      assertThat(api.requests(r -> r.isFor("endpointslices")))
          .allMatch(r -> r.query().get("labelSelector").equals("app in (a,b)"));
      assertThat(api.requests(r -> r.isFor("pods")))
          .isNotEmpty()
          .allMatch(r -> r.query().get("fieldSelector").contains("status.phase!=Succeeded"));
      assertThat(api.requests(r -> r.isFor("namespaces")))
          .allMatch(r -> r.query().get("fieldSelector").equals("metadata.name=default"))
          .noneMatch(r -> r.query().containsKey("labelSelector"));
    }

    @Test
    void podsAndEndpointsAreReadOnlyWhereTheyAreWanted() {
      var config = config(api.url());
      byname.start(
          new KubernetesSourceConfig(
              config.access(),
              Set.of(),
              "",
              "",
              false,
              false,
              false,
              false,
              1000,
              1000,
              0,
              500,
              config.pace()));
      byname.awaitSynced();
      assertThat(api.requests()).noneMatch(r -> r.isFor("pods") || r.isFor("endpointslices"));
      assertThat(byname.endpoints("web")).isEmpty();
    }

    @Test
    void aMissingServiceImportResourceIsNoReasonToWait() {
      var config = config(api.url());
      byname.start(
          new KubernetesSourceConfig(
              config.access(),
              Set.of(),
              "",
              "",
              true,
              false,
              true,
              false,
              1000,
              1000,
              0,
              500,
              config.pace()));
      byname.awaitSynced();
      assertThat(byname.state.serviceImports()).isEmpty();

      api.put(
          "serviceimports",
          "default",
          "far",
          "\"spec\":{\"type\":\"ClusterSetIP\",\"ips\":[\"10.9.0.1\"],\"ports\":[{\"port\":80}]}");
      api.serves("serviceimports", true);
      eventually(() -> assertThat(byname.state.serviceImports()).hasSize(1));
    }

    @Test
    void theTriggerTimeOfAnEndpointChangeIsMeasuredOnceItIsAnswered() {
      byname.start(config(api.url()));
      byname.awaitSynced();
      api.putSliceWith(
          ",\"annotations\":{\"endpoints.kubernetes.io/last-change-trigger-time\":\"2026-01-01T00:00:00Z\"}",
          "web-1",
          "web",
          "10.1.0.8");
      eventually(() -> assertThat(byname.latencies).containsExactly("cluster_ip"));
      assertThat(byname.endpoints("web")).containsExactly("10.1.0.8");
    }
  }

  @Test
  void everyRequestIsCountedWithItsOutcome() {
    var told = new CopyOnWriteArrayList<String>();
    byname.requests =
        new RequestObserver() {
          @Override
          public void waited(String host, Duration forLimits) {
            told.add("waited " + host);
          }

          @Override
          public void answered(String host, int status) {
            told.add(status + " " + host);
          }

          @Override
          public void failed(String host) {
            told.add("failed " + host);
          }

          @Override
          public void took(String host, Duration untilAnswer) {
            told.add("took " + host);
          }
        };
    byname.start(config(api.url()));
    byname.awaitSynced();
    String host = api.url().getAuthority();
    eventually(() ->
        assertThat(told.stream().filter(("200 " + host)::equals).count())
            .as("lists and watches of three resources at least")
            .isGreaterThanOrEqualTo(6));
    assertThat(told).contains("waited " + host, "took " + host);
    api.close();
    eventually(() -> assertThat(told).contains("failed " + host));
  }

  @Nested
  class WhenTheWatchFails {
    @Test
    void itResumesWhereItWasWithoutAnotherList() {
      byname.start(config(api.url()));
      byname.awaitSynced();
      eventually(
          () -> assertThat(api.requests(r -> r.isWatch() && r.isFor("services"))).hasSize(1));
      api.putService("before", "10.0.0.8");
      eventually(() -> assertThat(byname.clusterIp("before")).isEqualTo("10.0.0.8"));
      long reached = api.revision();
      int lists = api.requests(Request::isList).size();

      api.cutWatches();
      api.putService("after", "10.0.0.9");
      eventually(() -> assertThat(byname.clusterIp("after")).isEqualTo("10.0.0.9"));
      assertThat(api.requests(Request::isList)).hasSize(lists);
      assertThat(api.requests(r -> r.isWatch() && r.isFor("services")).get(1).query())
          .containsEntry("resourceVersion", Long.toString(reached));
      eventually(() -> assertThat(byname.status().connected()).isTrue());
    }

    @Test
    void aWatchThatEndsInGoodOrderIsOpenedAgain() {
      byname.start(config(api.url()));
      byname.awaitSynced();
      api.endWatches();
      api.putService("after", "10.0.0.9");
      eventually(() -> assertThat(byname.clusterIp("after")).isEqualTo("10.0.0.9"));
      assertThat(byname.status().relists()).isZero();
    }

    @Test
    void aRevisionThatIsTooOldLeadsToAListThatChangesOnlyWhatDiffers() {
      byname.start(config(api.url()));
      byname.awaitSynced();
      List<ClusterChange> changes = new CopyOnWriteArrayList<>();
      byname.state.addListener(changes::add);
      eventually(() -> assertThat(api.requests(r -> r.isWatch())).hasSize(3));

      api.loseEvents("services", 2);
      api.putService("new", "10.0.0.9");
      api.delete("services", "default", "db");
      api.compact();
      api.cutWatches();
      eventually(() -> {
        assertThat(byname.clusterIp("new")).isEqualTo("10.0.0.9");
        assertThat(byname.clusterIp("db")).isEmpty();
      });
      assertThat(
              changes.stream().flatMap(change -> change.services().stream()).map(ObjectKey::name))
          .containsExactlyInAnyOrder("new", "db");
      assertThat(byname.status().relists()).isPositive();
    }

    @Test
    void bookmarksMoveTheResumePoint() {
      byname.start(config(api.url()));
      byname.awaitSynced();
      eventually(() -> assertThat(api.requests(r -> r.isWatch())).hasSize(3));
      api.putService("other", "10.0.0.8"); // an event of another resource moves the revision
      api.bookmark("namespaces");
      eventually(() -> assertThat(byname.status().revision()).isEqualTo(api.revision()));
      String reached = Long.toString(api.revision());
      eventually(() -> {
        api.cutWatches();
        assertThat(api.requests(r -> r.isWatch() && r.isFor("namespaces")))
            .anyMatch(r -> reached.equals(r.query().get("resourceVersion")));
      });
    }

    @Test
    void aSilentWatchIsOpenedAnew() {
      byname.start(
          config(api.url()),
          pace -> KubernetesHarness.withWatchSilence(pace, Duration.ofMillis(200)));
      byname.awaitSynced();
      eventually(() -> assertThat(api.requests(r -> r.isWatch())).hasSizeGreaterThanOrEqualTo(3));
      api.silenceWatches("services");
      api.putService("new", "10.0.0.9");
      eventually(() -> assertThat(byname.clusterIp("new")).isEqualTo("10.0.0.9"));
      assertThat(byname.status().relists()).isZero();
    }

    @Test
    void aHalfClosedConnectionIsAnEnd() {
      api.once(
          r -> r.isWatch() && r.isFor("services"),
          (request, connection) -> {
            connection.head(200, "application/json");
            connection.shutdownOutput();
            return false;
          });
      byname.start(config(api.url()));
      byname.awaitSynced();
      api.putService("new", "10.0.0.9");
      eventually(() -> assertThat(byname.clusterIp("new")).isEqualTo("10.0.0.9"));
    }
  }

  @Nested
  class WhenEventsAreLost {
    @Test
    void lostAdditionsChangesAndDeletionsAreFoundAndRepaired() {
      byname.start(config(api.url()), KubernetesHarness::withDigest);
      byname.awaitSynced();
      eventually(() -> assertThat(api.requests(r -> r.isWatch())).hasSize(3));
      api.loseEvents("services", 2);
      api.loseEvents("endpointslices", 1);
      api.putService("new", "10.0.0.9");
      api.delete("services", "default", "db");
      api.putSlice("web-1", "web", "10.1.0.9");
      eventually(() -> {
        assertThat(byname.clusterIp("new")).isEqualTo("10.0.0.9");
        assertThat(byname.clusterIp("db")).isEmpty();
        assertThat(byname.endpoints("web")).containsExactly("10.1.0.9");
        assertThat(byname.status().repairs()).isEqualTo(3);
      });
    }

    @Test
    void eventsInTheWrongOrderEndInTheRightPicture() {
      byname.start(config(api.url()), KubernetesHarness::withDigest);
      byname.awaitSynced();
      eventually(() -> assertThat(api.requests(r -> r.isWatch())).hasSize(3));
      api.swapNextTwo();
      api.putService("web", "10.0.0.50");
      api.putService("web", "10.0.0.51");
      api.swapNextTwo();
      api.putService("gone", "10.0.0.60");
      api.delete("services", "default", "gone");
      api.putService("last", "10.0.0.70");
      eventually(() -> {
        assertThat(byname.clusterIp("last")).isEqualTo("10.0.0.70");
        assertThat(byname.clusterIp("web")).isEqualTo("10.0.0.51");
        assertThat(byname.clusterIp("gone")).isEmpty();
      });
    }

    @Test
    void aPictureThatIsRightIsLeftAlone() {
      byname.start(config(api.url()), KubernetesHarness::withDigest);
      byname.awaitSynced();
      api.putService("new", "10.0.0.9");
      eventually(() ->
          assertThat(api.requests(r -> r.isMetadataOnly() && r.isFor("services")))
              .hasSizeGreaterThan(3));
      assertThat(byname.status().repairs()).isZero();
      assertThat(byname.status().relists()).isZero();
    }
  }

  @Nested
  class WhenListsFail {
    @Test
    void expiryInMidListLeadsToOneListWithoutPages() {
      api.once(
          r -> firstList(r, "services") && r.query().containsKey("continue"),
          Fault.refusal(410, "Expired"));
      byname.start(config(api.url()));
      byname.awaitSynced();
      assertThat(byname.clusterIp("cache")).isEqualTo("10.0.0.3");
      assertThat(api.requests(r -> firstList(r, "services")).getLast().query())
          .doesNotContainKey("limit");
    }

    @Test
    void aListThatStopsInMidObjectIsReadAgain() {
      var released = new CountDownLatch(1);
      api.once(
          r -> firstList(r, "services"),
          (request, connection) -> {
            connection.head(200, "application/json");
            connection.chunk("{\"kind\":\"ServiceList\",\"items\":[{\"metadata\":{\"name\":\"we");
            try {
              released.await();
            } catch (InterruptedException stop) {
              Thread.currentThread().interrupt();
            }
            return false;
          });
      byname.start(
          config(api.url()),
          pace -> KubernetesHarness.withListSilence(pace, Duration.ofMillis(200)));
      byname.awaitSynced();
      released.countDown();
      assertThat(byname.clusterIp("web")).isEqualTo("10.0.0.1");
    }

    @Test
    void shortAnswersThatStopAfterTheirHeadAreAskedForAgain() {
      var released = new CountDownLatch(1);
      for (int status : new int[] {200, 500}) {
        api.once(
            r -> status == 200 ? r.path().equals("/version") : firstList(r, "services"),
            (request, connection) -> {
              connection.head(status, "application/json");
              connection.chunk("{");
              try {
                released.await();
              } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
              }
              return false;
            });
      }
      byname.start(
          config(api.url()),
          pace -> KubernetesHarness.withAnswerWithin(pace, Duration.ofSeconds(1)));
      byname.awaitSynced();
      released.countDown();
      assertThat(api.requests(r -> r.path().equals("/version"))).hasSizeGreaterThan(1);
      assertThat(api.requests(r -> firstList(r, "services"))).hasSizeGreaterThan(1);
    }

    @Test
    void whatExistsIsAnsweredAllThroughABrokenRelist() {
      byname.start(config(api.url()));
      byname.awaitSynced();
      eventually(() -> assertThat(api.requests(r -> r.isWatch())).hasSize(3));
      List<ObjectKey> changed = new CopyOnWriteArrayList<>();
      byname.state.addListener(change -> changed.addAll(change.services()));
      api.always(
          r -> firstList(r, "services"),
          (request, connection) -> {
            connection.head(200, "application/json");
            connection.chunk("{\"kind\":\"ServiceList\",\"items\":[");
            return false;
          });
      api.putNamespace("other"); // so that there is something newer than what was listed
      api.compact();
      api.cutWatches();
      eventually(
          () -> assertThat(api.requests(r -> firstList(r, "services"))).hasSizeGreaterThan(5));
      assertThat(changed).isEmpty();
      assertThat(byname.clusterIp("db")).isEqualTo("10.0.0.2");
      assertThat(byname.status().connected()).isFalse();
      assertThat(byname.status().detail()).contains("services", "serving the last picture");
      api.heal();
      eventually(() -> assertThat(byname.status().connected()).isTrue());
    }

    @Test
    void comparisonsDoNotDisturbAListThatTakesItsTime() {
      byname.start(config(api.url()), KubernetesHarness::withDigest);
      byname.awaitSynced();
      eventually(() -> assertThat(api.requests(r -> r.isWatch())).hasSize(3));
      List<ObjectKey> changed = new CopyOnWriteArrayList<>();
      byname.state.addListener(change -> changed.addAll(change.services()));
      api.once(
          r -> firstList(r, "services"),
          (request, connection) -> {
            int compared = comparisons();
            eventually(() -> assertThat(comparisons()).isGreaterThan(compared + 3));
            return api.answerWell(request, connection);
          });
      api.once(
          r -> firstList(r, "services") && r.query().containsKey("continue"),
          (request, connection) -> {
            int compared = comparisons();
            eventually(() -> assertThat(comparisons()).isGreaterThan(compared + 3));
            return api.answerWell(request, connection);
          });
      api.putNamespace("other");
      api.compact();
      api.cutWatches();
      eventually(() -> assertThat(byname.status().relists()).isPositive());
      api.putService("last", "10.0.0.70");
      eventually(() -> assertThat(byname.clusterIp("last")).isNotEmpty());
      assertThat(changed).extracting(ObjectKey::name).containsOnly("last");
    }

    private int comparisons() {
      return api.requests(r -> r.isMetadataOnly() && r.isFor("namespaces")).size();
    }

    @Test
    void aBusyServerIsGivenItsTime() {
      api.once(
          r -> firstList(r, "services"),
          Fault.status(429, "{\"message\":\"too many requests\"}", "Retry-After: 1"));
      byname.start(config(api.url()));
      eventually(() ->
          assertThat(byname.status().detail()).contains("waiting for", "429: too many requests"));
      byname.awaitSynced();
      assertThat(byname.status().connected()).isTrue();
    }

    @Test
    void aLoginPageIsNotMistakenForAList() {
      api.always(r -> r.isFor("services"), Fault.contentType("text/html", "<html>log in</html>"));
      byname.start(config(api.url()));
      eventually(() ->
          assertThat(byname.status().detail())
              .contains("services: answered with text/html instead of JSON"));
      assertThat(byname.state.synced()).isFalse();
      api.heal();
      byname.awaitSynced();
    }

    @Test
    void jsonThatIsNoListIsNotMistakenForAnEmptyOne() {
      api.always(r -> r.isFor("services"), Fault.contentType("application/json", "{\"items\":[]}"));
      byname.start(config(api.url()));
      eventually(() -> assertThat(byname.status().detail()).contains("not a Kubernetes list"));
      assertThat(byname.state.synced()).isFalse();
    }

    @Test
    void rbacDenialNamesTheVerbsAndTheResource() {
      api.always(r -> r.isFor("endpointslices"), Fault.refusal(403, "Forbidden"));
      byname.start(config(api.url()));
      eventually(() ->
          assertThat(byname.status().detail())
              .contains("endpointslices: not allowed", "verbs list and watch on endpointslices"));
    }

    @Test
    void anObjectThatCannotBeDecodedIsCountedAndTheRestIsThere() {
      api.put(
          "services",
          "default",
          "broken",
          "\"spec\":{\"clusterIP\":\"not an address\",\"ports\":[{\"port\":80}]}");
      byname.start(config(api.url()), KubernetesHarness::withDigest);
      byname.awaitSynced();
      assertThat(byname.clusterIp("web")).isEqualTo("10.0.0.1");
      assertThat(byname.status().undecodable()).isEqualTo(1);
      api.put(
          "services",
          "default",
          "web",
          "\"spec\":{\"clusterIP\":\"10.0.0.1\",\"ports\":[{\"port\":700000}]}");
      eventually(() -> assertThat(byname.status().undecodable()).isEqualTo(2));
      assertThat(byname.clusterIp("web")).isEqualTo("10.0.0.1");
      api.put(
          "services",
          "default",
          "web",
          "\"spec\":{\"clusterIP\":\"10.0.0.7\",\"ports\":[{\"port\":80}]}");
      eventually(() -> assertThat(byname.clusterIp("web")).isEqualTo("10.0.0.7"));
      eventually(() -> assertThat(byname.status().undecodable()).isEqualTo(1));
      api.delete("services", "default", "broken");
      eventually(() -> assertThat(byname.status().undecodable()).isZero());
    }
  }

  @Nested
  class Endpoints {
    @BeforeEach
    void anOldCluster() {
      api.serves("endpointslices", false);
      api.putEndpoints("web", "10.1.0.1", "10.1.0.2");
    }

    @Test
    void areReadWhereThereAreNoSlicesUntilThereAre() {
      byname.start(config(api.url()));
      byname.awaitSynced();
      assertThat(byname.endpoints("web")).containsExactly("10.1.0.1", "10.1.0.2");
      assertThat(byname.status().detail()).contains("endpoints from core/v1 Endpoints");
      List<Integer> sizes = new CopyOnWriteArrayList<>();
      byname.state.addListener(change -> sizes.add(byname.endpoints("web").size()));

      api.serves("endpointslices", true);
      eventually(() -> assertThat(byname.state.keys(Kind.ENDPOINTS)).isEmpty());
      assertThat(byname.state.keys(Kind.ENDPOINT_SLICE)).hasSize(1);
      assertThat(sizes).isNotEmpty().allMatch(size -> size == 2);
      assertThat(byname.status().detail()).doesNotContain("core/v1");

      api.serves("endpointslices", false);
      eventually(() -> assertThat(byname.state.keys(Kind.ENDPOINT_SLICE)).isEmpty());
      assertThat(sizes).allMatch(size -> size == 2);
      assertThat(byname.state.synced()).isTrue();
    }

    @Test
    void withSeveralSubsetsShrinkAndVanish() {
      String subset = "{\"addresses\":[{\"ip\":\"10.1.0.%d\"}],\"ports\":[{\"port\":%d}]}";
      api.put(
          "endpoints",
          "default",
          "web",
          "\"subsets\":[" + subset.formatted(1, 80) + "," + subset.formatted(2, 81) + "]");
      byname.start(config(api.url()));
      byname.awaitSynced();
      assertThat(byname.endpoints("web")).containsExactly("10.1.0.1", "10.1.0.2");
      api.put("endpoints", "default", "web", "\"subsets\":[" + subset.formatted(3, 80) + "]");
      eventually(() -> assertThat(byname.endpoints("web")).containsExactly("10.1.0.3"));
      api.put("endpoints", "default", "web", "");
      eventually(() -> assertThat(byname.endpoints("web")).isEmpty());
      api.delete("endpoints", "default", "web");
      api.putService("last", "10.0.0.70");
      eventually(() -> assertThat(byname.clusterIp("last")).isNotEmpty());
      assertThat(byname.state.keys(Kind.ENDPOINTS)).isEmpty();
    }
  }

  @Nested
  class FromASnapshot {
    @Test
    void whatNoLongerExistsGoesWithTheFirstListAndTheRestIsNeverMissing() {
      byname.writer.put(
          EndpointSlice.builder(new ObjectKey("default", "web-1"), "web")
              .endpoint(IpAddress.v4(0x0a010001))
              .build());
      byname.writer.put(
          EndpointSlice.builder(new ObjectKey("default", "old-1"), "old")
              .endpoint(IpAddress.v4(0x0a010009))
              .build());
      byname.writer.put(
          EndpointSlice.endpointsBuilder(new ObjectKey("default", "old/1"), "old")
              .endpoint(IpAddress.v4(0x0a010009))
              .build());
      eventually(() -> assertThat(byname.state.keys(Kind.ENDPOINTS)).hasSize(1));
      byname.start(config(api.url()));
      byname.awaitSynced();
      eventually(() -> {
        assertThat(byname.endpoints("old")).isEmpty();
        assertThat(byname.endpoints("web")).containsExactly("10.1.0.1", "10.1.0.2");
      });
    }
  }

  @Nested
  class Credentials {
    @Test
    void aRotatedTokenIsReadAgain() throws Exception {
      Path token = Files.writeString(folder.resolve("token"), "first\n");
      api.demandToken("first");
      byname.start(
          KubernetesHarness.config(
              new Access.Kubeconfig(kubeconfig("tokenFile: " + token), null),
              KubernetesHarness.QUICK));
      byname.awaitSynced();

      api.demandToken("second");
      api.cutWatches();
      eventually(
          () -> assertThat(byname.status().detail()).contains("401", "serving the last picture"));
      Files.writeString(token, "second\n");
      api.putService("new", "10.0.0.9");
      eventually(() -> assertThat(byname.clusterIp("new")).isEqualTo("10.0.0.9"));
      eventually(() -> assertThat(byname.status().connected()).isTrue());
    }

    @Test
    void anExecPluginIsAskedAgainWhenItsTokenExpires() throws Exception {
      Path answer = folder.resolve("answer");
      Path calls = folder.resolve("calls");
      writeToken(answer, "first");
      api.demandToken("first");
      byname.start(
          KubernetesHarness.config(
              new Access.Kubeconfig(
                  kubeconfig(
                      """
                      exec:
                            apiVersion: client.authentication.k8s.io/v1
                            command: /bin/sh
                            args: ["-c", "echo $WHO >> %s; cat %s"]
                            env: [{name: WHO, value: byname}]
                      """
                          .formatted(calls, answer)),
                  null),
              KubernetesHarness.QUICK));
      byname.awaitSynced();
      assertThat(Files.readString(calls)).isEqualTo("byname\n");

      writeToken(answer, "second");
      api.demandToken("second");
      api.cutWatches();
      api.putService("new", "10.0.0.9");
      eventually(() -> assertThat(byname.clusterIp("new")).isEqualTo("10.0.0.9"));
    }

    private static void writeToken(Path file, String token) throws Exception {
      Files.writeString(
          file,
          "{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"%s\"}}"
              .formatted(token));
    }

    private Path kubeconfig(String user) throws Exception {
      return Files.writeString(
          folder.resolve("config"),
          """
          current-context: main
          contexts: [{name: main, context: {cluster: c, user: u}}]
          clusters: [{name: c, cluster: {server: "%s"}}]
          users:
          - name: u
            user:
              %s
          """
              .formatted(api.url(), user));
    }
  }

  @Nested
  class AtTheStart {
    @Test
    void anUnreachableServerIsWaitedFor() {
      api.close();
      byname.start(config(api.url()));
      eventually(() ->
          assertThat(byname.status().detail())
              .startsWith("waiting for the API server " + api.url())
              .containsIgnoringCase("connection refused"));
      assertThat(byname.status().connected()).isFalse();
    }

    @Test
    void aSnailIsGivenUp() {
      var released = new CountDownLatch(1);
      api.once(
          r -> r.path().equals("/version"),
          (request, connection) -> {
            try {
              released.await();
            } catch (InterruptedException stop) {
              Thread.currentThread().interrupt();
            }
            return false;
          });
      byname.start(
          config(api.url()),
          pace ->
              new KubernetesSourceConfig.Pace(
                  pace.backoffMin(),
                  pace.backoffMax(),
                  Duration.ofMillis(200),
                  pace.listSilence(),
                  pace.watchSilence(),
                  pace.watchDuration(),
                  pace.digestEvery(),
                  pace.digestGrace(),
                  pace.probeEvery()));
      byname.awaitSynced();
      released.countDown();
    }

    @Test
    void outsideAClusterTheInClusterAccessSaysWhatIsMissing() {
      assertThatThrownBy(
              () -> ApiAccess.read(new Access.InCluster(folder), byname.environment::get))
          .isInstanceOf(AccessException.class)
          .hasMessageContaining("KUBERNETES_SERVICE_HOST");
      byname.environment.put("KUBERNETES_SERVICE_HOST", "10.0.0.1");
      byname.environment.put("KUBERNETES_SERVICE_PORT", "443");
      assertThatThrownBy(
              () -> ApiAccess.read(new Access.InCluster(folder), byname.environment::get))
          .hasMessage("service account: " + folder.resolve("ca.crt") + ": no such file");
    }

    @Test
    void closingEndsEverything() {
      byname.start(config(api.url()));
      byname.awaitSynced();
      int requests = api.requests().size();
      byname.close();
      api.cutWatches();
      assertThat(URI.create(api.url().toString())).isEqualTo(api.url());
      assertThat(api.requests()).hasSizeLessThanOrEqualTo(requests + 3);
    }
  }
}

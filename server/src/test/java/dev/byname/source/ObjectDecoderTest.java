package dev.byname.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.byname.cluster.ClusterObject;
import dev.byname.cluster.EndpointSlice;
import dev.byname.cluster.IpAddress;
import dev.byname.cluster.LabelSelectors;
import dev.byname.cluster.Namespace;
import dev.byname.cluster.ObjectKey;
import dev.byname.cluster.Pod;
import dev.byname.cluster.Port;
import dev.byname.cluster.Protocol;
import dev.byname.cluster.Service;
import dev.byname.cluster.ServiceImport;
import dev.byname.source.Decoded.Problem;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectDecoderTest {
  private final ObjectDecoder decoder = new ObjectDecoder(DecodeOptions.ALL);

  // Services.

  @Test
  void service() {
    assertThat(
            only(
                """
                apiVersion: v1
                kind: Service
                metadata: { name: web, namespace: shop }
                spec:
                  type: NodePort
                  selector: { app: web }
                  clusterIP: 10.0.0.7
                  ports:
                  - { name: http, port: 80, nodePort: 30080, targetPort: 8080 }
                  - { name: dns, port: 53, protocol: UDP, targetPort: named }
                """))
        .isEqualTo(
            new Service(
                new ObjectKey("shop", "web"),
                Service.Type.NODE_PORT,
                List.of(ip("10.0.0.7")),
                false,
                List.of(new Port("http", Protocol.TCP, 80), new Port("dns", Protocol.UDP, 53)),
                "",
                List.of(),
                false,
                true));
  }

  @Test
  void defaultsAreThoseOfTheApiServer() {
    Service service =
        (Service) only("{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {}}");
    assertThat(service.key()).hasToString("default/web");
    assertThat(service.type()).isEqualTo(Service.Type.CLUSTER_IP);
    assertThat(service.clusterIps()).isEmpty();
    assertThat(service.headless()).isFalse();
    assertThat(service.ports()).isEmpty();
    assertThat(service.publishNotReadyAddresses()).isFalse();
    assertThat(service.hasSelector()).isFalse();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "clusterIP: 10.0.0.1                                      | 10.0.0.1      | false",
        "clusterIPs: [10.0.0.1]                                   | 10.0.0.1      | false",
        "clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1, 'fd00::1']   | 10.0.0.1 fd00::1 | false",
        "clusterIP: 'fd00::1', clusterIPs: ['fd00::1', 10.0.0.1]  | fd00::1 10.0.0.1 | false",
        "clusterIP: 10.0.0.1, clusterIPs: []                      | 10.0.0.1      | false",
        "clusterIP: 10.0.0.1, clusterIPs: null                    | 10.0.0.1      | false",
        "clusterIP: ''                                            |               | false",
        "clusterIP: None                                          |               | true",
        "clusterIP: None, clusterIPs: [None]                      |               | true",
        "clusterIPs: [None]                                       |               | true",
        "type: ExternalName, externalName: a.b, clusterIP: None   |               | false",
      })
  void clusterIps(String spec, String addresses, boolean headless) {
    Service service = service(spec);
    assertThat(service.clusterIps().stream().map(IpAddress::toString))
        .containsExactly(addresses == null ? new String[0] : addresses.split(" "));
    assertThat(service.headless()).isEqualTo(headless);
  }

  @Test
  void externalNameKeepsItsDot() {
    assertThat(service("type: ExternalName, externalName: db.example.com.").externalName())
        .isEqualTo("db.example.com.");
    assertThat(service("type: ClusterIP, externalName: db.example.com").externalName()).isEmpty();
  }

  @Test
  void externalAddressesOfTheSpecComeFirst() {
    Service service =
        (Service)
            only(
                """
                apiVersion: v1
                kind: Service
                metadata: { name: web }
                spec: { type: LoadBalancer, externalIPs: [192.0.2.1] }
                status:
                  loadBalancer:
                    ingress: [ { ip: 198.51.100.1 }, { hostname: LB-1.example.com } ]
                """);
    assertThat(service.externalAddresses())
        .containsExactly("192.0.2.1", "198.51.100.1", "LB-1.example.com");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"'true',true", "'True',true", "'1',true", "'false',false", "'yes',false"})
  void oldAnnotationPublishesUnreadyAddresses(String value, boolean expected) {
    Service service =
        (Service)
            only(
                """
                apiVersion: v1
                kind: Service
                metadata:
                  name: web
                  annotations: { service.alpha.kubernetes.io/tolerate-unready-endpoints: "%s" }
                spec: { clusterIP: None }
                """
                    .formatted(value));
    assertThat(service.publishNotReadyAddresses()).isEqualTo(expected);
    assertThat(service("publishNotReadyAddresses: true").publishNotReadyAddresses()).isTrue();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "clusterIP: 10.0.0.256              | spec.clusterIP: \"10.0.0.256\" is no IP address",
        "clusterIP: 010.0.0.1               | spec.clusterIP: \"010.0.0.1\" is no IP address",
        "clusterIP: 10                      | spec.clusterIP: 10 is a number, but must be text: put"
            + " it in quotes",
        "clusterIPs: [10.0.0.1, None]       | spec.clusterIPs[1]: \"None\" is no IP address",
        "clusterIPs: [None, 10.0.0.1]       | spec.clusterIPs[1]: must not be beside None",
        "clusterIPs: [10.0.0.1, 10.0.0.2]   | spec.clusterIPs[1]: 10.0.0.2 is a second IPv4"
            + " address; a service has one of each family",
        "clusterIP: 10.0.0.1, clusterIPs: [10.0.0.2] | spec.clusterIPs[0]: \"10.0.0.2\" must be the"
            + " same as spec.clusterIP, \"10.0.0.1\"",
        "clusterIP: None, type: NodePort    | spec.clusterIP: None is not possible for type"
            + " NodePort",
        "type: Loadbalancer                 | spec.type: \"Loadbalancer\" is none of ClusterIP,"
            + " NodePort, LoadBalancer, ExternalName",
        "type: ExternalName                 | spec.externalName: is missing: the name that the"
            + " service is an alias for",
        "type: ExternalName, externalName: a..b | spec.externalName: \"a..b\" is no DNS name"
            + " (lower-case letters, digits, '-' and '.')",
        "ports: [{}]                        | spec.ports[0].port: is missing",
        "ports: [80]                        | spec.ports[0]: is a number, but must be a mapping",
        "ports: {port: 80}                  | spec.ports: is a mapping, but must be a list",
        "ports: [{port: 0}]                 | spec.ports[0].port: 0 is no port (1 to 65535)",
        "ports: [{port: 65536}]             | spec.ports[0].port: 65536 is no port (1 to 65535)",
        "ports: [{port: -1}]                | spec.ports[0].port: -1 is no port (1 to 65535)",
        "ports: [{port: 99999999999999999}] | spec.ports[0].port: 99999999999999999 is no port (1"
            + " to 65535)",
        "ports: [{port: 80.5}]              | spec.ports[0].port: 80.5 is no port (1 to 65535)",
        "ports: [{port: \"80\"}]            | spec.ports[0].port: is text, but must be a number",
        "ports: [{port: 80, nodePort: 70000}] | spec.ports[0].nodePort: 70000 is no node port (0 to"
            + " 65535)",
        "ports: [{port: 80, protocol: tcp}] | spec.ports[0].protocol: \"tcp\" is none of TCP, UDP,"
            + " SCTP",
        "ports: [{port: 80, name: a_b}]     | spec.ports[0].name: \"a_b\" is no DNS label"
            + " (lower-case letters, digits and '-', a letter or digit at both ends, at most 63)",
        "ports: [{port: 80, name: 80}]      | spec.ports[0].name: 80 is a number, but must be text:"
            + " put it in quotes",
        "ports: [{port: 80, name: a}, {port: 81, name: a}] | spec.ports[1].name: \"a\" is the name"
            + " of another port, too",
        "ports: [{port: 80, name: a}, {port: 80, name: b}] | spec.ports[1].port: 80/TCP is the same"
            + " as ports[0]",
        "ports: [{port: 80}, {port: 81}]    | spec.ports[1].name: is missing; of several ports only"
            + " one may be without a name",
        "externalIPs: [a.b]                 | spec.externalIPs[0]: \"a.b\" is no IP address",
        "publishNotReadyAddresses: \"yes\"  | spec.publishNotReadyAddresses: is text, but must be"
            + " true or false",
        "selector: app                      | spec.selector: is text, but must be a mapping",
      })
  void servicesThatTheApiServerWouldRefuse(String spec, String problem) {
    assertThat(
            problems(
                "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {%s}}"
                    .formatted(spec)))
        .containsExactly("Service default/web: " + problem);
  }

  @Test
  void sharedPortOfTwoProtocols() {
    assertThat(service("ports: [{port: 53, name: a}, {port: 53, name: b, protocol: UDP}]").ports())
        .hasSize(2);
  }

  @Test
  void everyProblemOfAnObjectIsTold() {
    assertThat(
            problems(
                """
                apiVersion: v1
                kind: Service
                metadata: { name: web }
                spec:
                  clusterIP: x
                  ports: [ { port: 0 }, { port: 80, name: B } ]
                """))
        .hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1web",
        "a",
        "a-b-2",
        "x23456789012345678901234567890123456789012345678901234567890123"
      })
  void goodServiceNames(String name) {
    assertThat(
            only("{apiVersion: v1, kind: Service, metadata: {name: '" + name + "'}, spec: {}}")
                .key())
        .isEqualTo(new ObjectKey("default", name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Web",
        "we.b",
        "-web",
        "web-",
        "we_b",
        "wéb",
        "we b",
        "x234567890123456789012345678901234567890123456789012345678901234"
      })
  void badServiceNames(String name) {
    assertThat(
            problems("{apiVersion: v1, kind: Service, metadata: {name: '" + name + "'}, spec: {}}"))
        .containsExactly(
            "Service: metadata.name: \"%s\" is no DNS label (lower-case letters, digits and '-', a letter or digit at both ends, at most 63)"
                .formatted(name));
  }

  // EndpointSlices and Endpoints.

  @Test
  void endpointSlice() {
    assertThat(
            only(
                """
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata:
                  name: web-abc
                  namespace: shop
                  labels: { kubernetes.io/service-name: web }
                addressType: IPv4
                ports: [ { name: http, port: 8080, protocol: TCP }, { name: all } ]
                endpoints:
                - addresses: [10.1.0.1]
                  conditions: { ready: true, serving: true, terminating: false }
                  hostname: web-0
                  nodeName: node-a
                  zone: Zone-1
                  targetRef: { kind: Pod, name: web-0, namespace: shop }
                - addresses: [10.1.0.2, 10.1.0.3]
                  conditions: { ready: false, serving: true, terminating: true }
                - addresses: [10.1.0.4]
                """))
        .isEqualTo(
            EndpointSlice.builder(new ObjectKey("shop", "web-abc"), "web")
                .port(new Port("http", Protocol.TCP, 8080))
                .port(new Port("all", Protocol.TCP, Port.NONE))
                .endpoint(ip("10.1.0.1"), true, true, false, "web-0", "web-0", "Zone-1", "node-a")
                .endpoint(ip("10.1.0.2"), false, true, true, null, null, null, null)
                .endpoint(ip("10.1.0.3"), false, true, true, null, null, null, null)
                .endpoint(ip("10.1.0.4"), true, true, false, null, null, null, null)
                .build());
  }

  @Test
  void endpointSliceBeforeV1HasItsZoneInTheTopology() {
    EndpointSlice slice =
        (EndpointSlice)
            only(
                """
                apiVersion: discovery.k8s.io/v1beta1
                kind: EndpointSlice
                metadata: { name: web-abc, labels: { kubernetes.io/service-name: web } }
                addressType: IPv6
                endpoints:
                - addresses: ["fd00::1"]
                  topology: { topology.kubernetes.io/zone: z, kubernetes.io/hostname: n }
                """);
    assertThat(slice.topologyZone(0)).isEqualTo("z");
    assertThat(slice.nodeName(0)).isEqualTo("n");
    assertThat(slice.address(0)).hasToString("fd00::1");
    assertThat(slice.ports()).isEmpty();
  }

  @Test
  void podNamesOnlyWhereTheyCanBeLabels() {
    String slice =
        """
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: { name: a, labels: { kubernetes.io/service-name: web } }
        addressType: IPv4
        endpoints:
        - { addresses: [10.1.0.1], targetRef: { kind: Pod, name: %s } }
        - { addresses: [10.1.0.2], targetRef: { kind: Pod, name: %s } }
        - { addresses: [10.1.0.3], targetRef: { kind: Pod, name: has.dots } }
        - { addresses: [10.1.0.4], targetRef: { kind: Node, name: node } }
        - { addresses: [10.1.0.5], targetRef: { name: pod } }
        """
            .formatted("x".repeat(63), "x".repeat(64));
    assertThat(podNames((EndpointSlice) only(slice)))
        .containsExactly("x".repeat(63), null, null, null, "pod");
    var without =
        new ObjectDecoder(new DecodeOptions(LabelSelectors.parse(""), true, true, false, true));
    assertThat(podNames((EndpointSlice) only(without, slice))).containsOnlyNulls();
  }

  @Test
  void sliceOfNamesOrOfNoServiceIsLeftOut() {
    assertThat(reasonLeftOut(slice("addressType: FQDN, endpoints: [{addresses: [a.b]}]")))
        .isEqualTo("holds names, not addresses");
    assertThat(
            reasonLeftOut(
                "{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: a},"
                    + " addressType: IPv4}"))
        .isEqualTo("belongs to no service");
  }

  @Test
  void sliceOfAnImportedServiceKeepsItsCluster() {
    EndpointSlice slice =
        (EndpointSlice)
            only(
                """
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata:
                  name: a
                  labels:
                    multicluster.kubernetes.io/service-name: web
                    multicluster.kubernetes.io/source-cluster: east
                addressType: IPv4
                """);
    assertThat(slice.serviceName()).isEqualTo("web");
    assertThat(slice.clusterId()).isEqualTo("east");
    assertThat(slice.key()).hasToString("default/a");
  }

  @Test
  void sliceOfAServiceAndAnImportIsBoth() {
    List<EndpointSlice> slices =
        objects(
                """
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata:
                  name: a
                  labels:
                    kubernetes.io/service-name: derived-web
                    multicluster.kubernetes.io/service-name: web
                addressType: IPv4
                endpoints: [ { addresses: [10.1.0.1] } ]
                """)
            .stream()
            .map(EndpointSlice.class::cast)
            .toList();
    assertThat(slices).extracting(slice -> slice.key().name()).containsExactly("a", "a/1");
    assertThat(slices).extracting(EndpointSlice::serviceName).containsExactly("derived-web", "web");
    assertThat(slices).extracting(EndpointSlice::clusterId).containsExactly(null, "");
    assertThat(slices).extracting(EndpointSlice::size).containsExactly(1, 1);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "endpoints: []                                  | addressType: is missing: IPv4, IPv6 or"
            + " FQDN",
        "addressType: ipv4                              | addressType: \"ipv4\" is none of IPv4,"
            + " IPv6, FQDN",
        "addressType: IPv4, endpoints: [{}]             | endpoints[0].addresses: is missing: an"
            + " endpoint has at least one address",
        "addressType: IPv4, endpoints: [{addresses: ['fd00::1']}] | endpoints[0].addresses[0]:"
            + " fd00::1 is no address of addressType IPv4",
        "addressType: IPv6, endpoints: [{addresses: [10.1.0.1]}]  | endpoints[0].addresses[0]:"
            + " 10.1.0.1 is no address of addressType IPv6",
        "addressType: IPv4, endpoints: [{addresses: [x]}]         | endpoints[0].addresses[0]:"
            + " \"x\" is no IP address",
        "addressType: IPv4, endpoints: [{addresses: ['']}]        | endpoints[0].addresses[0]: is"
            + " missing: an address",
        "addressType: IPv4, endpoints: [{addresses: [10.1.0.1], hostname: a.b}] |"
            + " endpoints[0].hostname: \"a.b\" is no DNS label (lower-case letters, digits and '-',"
            + " a letter or digit at both ends, at most 63)",
        "addressType: IPv4, endpoints: [{addresses: [10.1.0.1], conditions: {ready: 1}}] |"
            + " endpoints[0].conditions.ready: is a number, but must be true or false",
        "addressType: IPv4, ports: [{port: 65536}]      | ports[0].port: 65536 is no port (0 to"
            + " 65535)",
        "addressType: IPv4, ports: [{name: a}, {name: a}] | ports[1].name: \"a\" is the name of"
            + " another port, too",
      })
  void slicesThatTheApiServerWouldRefuse(String fields, String problem) {
    assertThat(problems(slice(fields))).containsExactly("EndpointSlice default/a: " + problem);
  }

  @Test
  void endpointsWithSeveralSubsets() {
    String endpoints =
        """
        apiVersion: v1
        kind: Endpoints
        metadata: { name: web }
        subsets:
        - addresses: [ { ip: 10.1.0.1, hostname: web-0, nodeName: n, targetRef: { kind: Pod, name: p } } ]
          notReadyAddresses: [ { ip: 10.1.0.2 } ]
          ports: [ { name: http, port: 80 } ]
        - addresses: [ { ip: "fd00::1" } ]
        """;
    assertThat(objects(endpoints))
        .isEqualTo(
            List.of(
                EndpointSlice.endpointsBuilder(new ObjectKey("default", "web"), "web")
                    .port(new Port("http", Protocol.TCP, 80))
                    .endpoint(ip("10.1.0.1"), true, true, false, "web-0", "p", null, "n")
                    .endpoint(ip("10.1.0.2"), false, false, false, null, null, null, null)
                    .build(),
                EndpointSlice.endpointsBuilder(new ObjectKey("default", "web/1"), "web")
                    .endpoint(ip("fd00::1"), true, true, false, null, null, null, null)
                    .build()));
    assertThat(objects("{apiVersion: v1, kind: Endpoints, metadata: {name: web}}")).isEmpty();
    assertThat(
            problems(
                "{apiVersion: v1, kind: Endpoints, metadata: {name: web}, subsets: [{addresses:"
                    + " [{hostname: a}]}]}"))
        .containsExactly(
            "Endpoints default/web: subsets[0].addresses[0].ip: is missing: an address");
  }

  // The rest.

  @Test
  void namespaceHasLabelsButNoNamespace() {
    assertThat(only("{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {a: b}}}"))
        .isEqualTo(new Namespace("shop", Map.of("a", "b")));
    assertThat(
            problems("{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {a: 1}}}"))
        .containsExactly(
            "Namespace shop: metadata.labels[a]: 1 is a number, but must be text: put it in"
                + " quotes");
  }

  @Test
  void pod() {
    assertThat(only(pod("podIP: 10.1.0.1, podIPs: [{ip: 10.1.0.1}, {ip: 'fd00::1'}]")))
        .isEqualTo(new Pod(new ObjectKey("default", "p"), List.of(ip("10.1.0.1"), ip("fd00::1"))));
    assertThat(only(pod("phase: Pending, podIP: 10.1.0.1")))
        .isEqualTo(new Pod(new ObjectKey("default", "p"), List.of(ip("10.1.0.1"))));
    assertThat(reasonLeftOut(pod("phase: Succeeded, podIP: 10.1.0.1")))
        .isEqualTo("its phase is Succeeded");
    assertThat(reasonLeftOut(pod("phase: Failed, podIP: 10.1.0.1")))
        .isEqualTo("its phase is Failed");
    assertThat(reasonLeftOut(pod("phase: Pending"))).isEqualTo("has no address yet");
    var noPods =
        new ObjectDecoder(new DecodeOptions(LabelSelectors.parse(""), true, false, true, true));
    assertThat(reasonLeftOut(noPods, pod("podIP: 10.1.0.1"))).isEqualTo("Pod is not wanted");
  }

  @Test
  void serviceImport() {
    assertThat(
            only(
                """
                apiVersion: multicluster.x-k8s.io/v1alpha1
                kind: ServiceImport
                metadata: { name: web, namespace: shop }
                spec: { type: ClusterSetIP, ips: [10.3.0.1], ports: [ { port: 80 } ] }
                """))
        .isEqualTo(
            new ServiceImport(
                new ObjectKey("shop", "web"),
                List.of(ip("10.3.0.1")),
                false,
                List.of(new Port("", Protocol.TCP, 80))));
    ServiceImport headless =
        (ServiceImport)
            only(
                "{apiVersion: multicluster.x-k8s.io/v1alpha1, kind: ServiceImport,"
                    + " metadata: {name: web}, spec: {type: Headless}}");
    assertThat(headless.headless()).isTrue();
  }

  @Test
  void kindsThatNobodyAsksForAreLeftOut() {
    var bare =
        new ObjectDecoder(new DecodeOptions(LabelSelectors.parse(""), false, false, false, false));
    assertThat(reasonLeftOut(bare, slice("addressType: IPv4")))
        .isEqualTo("EndpointSlice is not wanted");
    assertThat(reasonLeftOut(bare, "{apiVersion: v1, kind: Endpoints, metadata: {name: web}}"))
        .isEqualTo("Endpoints is not wanted");
    assertThat(
            reasonLeftOut(
                bare,
                "{apiVersion: multicluster.x-k8s.io/v1alpha1, kind: ServiceImport,"
                    + " metadata: {name: web}, spec: {type: Headless}}"))
        .isEqualTo("ServiceImport is not wanted");
    assertThat(only(bare, "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}"))
        .isInstanceOf(Namespace.class);
  }

  @Test
  void labelsSelectServicesSlicesAndPodsButNotNamespaces() {
    var chosen =
        new ObjectDecoder(
            new DecodeOptions(LabelSelectors.parse("visible=yes"), true, true, true, true));
    assertThat(reasonLeftOut(chosen, slice("addressType: IPv4")))
        .isEqualTo("its labels are not selected");
    assertThat(reasonLeftOut(chosen, pod("podIP: 10.1.0.1")))
        .isEqualTo("its labels are not selected");
    assertThat(
            reasonLeftOut(
                chosen, "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {}}"))
        .isEqualTo("its labels are not selected");
    assertThat(reasonLeftOut(chosen, "{apiVersion: v1, kind: Endpoints, metadata: {name: web}}"))
        .isEqualTo("its labels are not selected");
    assertThat(only(chosen, "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}"))
        .isInstanceOf(Namespace.class);
    assertThat(
            only(
                chosen,
                "{apiVersion: v1, kind: Service, metadata: {name: web, labels: {visible: 'yes'}},"
                    + " spec: {}}"))
        .isInstanceOf(Service.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}}",
        "{apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: a}}",
        "{apiVersion: v1, kind: RangeAllocation, range: 10.0.0.0/24, data: AA==}",
        "{apiVersion: v1, kind: ConfigMapList, items: [{kind: Service}]}",
        "{kind: Kustomization}",
      })
  void otherKindsArePassedOver(String text) {
    assertThat(decodeAll(decoder, text)).singleElement().isInstanceOf(Decoded.OtherKind.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}                                       | kind: is missing",
        "{apiVersion: v1}                         | kind: is missing",
        "{kind: Service}                          | apiVersion: is missing",
        "{kind: 1}                                | kind: 1 is a number, but must be text: put it"
            + " in quotes",
        "{apiVersion: v2, kind: Service}          | apiVersion: \"v2\" is not known for Service;"
            + " known: v1",
        "{apiVersion: discovery.k8s.io/v1alpha1, kind: EndpointSlice} | apiVersion:"
            + " \"discovery.k8s.io/v1alpha1\" is not known for EndpointSlice; known:"
            + " discovery.k8s.io/v1, discovery.k8s.io/v1beta1",
        "{apiVersion: v1, kind: service}          | kind: \"service\" must be written Service",
        "[]                                       | is a list, but must be a Kubernetes object",
        "word                                     | is text, but must be a Kubernetes object",
        "{apiVersion: v1, kind: Service}          | Service: metadata.name: is missing",
        "{apiVersion: v1, kind: Service, metadata: {name: 7}}          | Service: metadata.name: 7"
            + " is a number, but must be text: put it in quotes",
        "{apiVersion: v1, kind: Service, metadata: {name: a}}          | Service default/a: spec:"
            + " is missing: the service's ports and addresses",
        "{apiVersion: v1, kind: Service, metadata: {name: a, namespace: A}} | Service:"
            + " metadata.namespace: \"A\" is no DNS label (lower-case letters, digits and '-', a"
            + " letter or digit at both ends, at most 63)",
        "{apiVersion: v1, kind: List, items: {}}  | items: is a mapping, but must be a list",
        "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: List}]} | items[0]: is a List"
            + " inside a List",
        "{apiVersion: v1, kind: List, items: [null]} | items[0]: is missing: a Kubernetes object",
        "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Service, metadata: {name:"
            + " a}}]} | Service default/a: items[0].spec: is missing: the service's ports and"
            + " addresses",
      })
  void whatIsNoObject(String text, String problem) {
    assertThat(problems(text)).containsExactly(problem);
  }

  @Test
  void itemsOfTypedListsInheritTheirKind() {
    assertThat(
            objects(
                """
                apiVersion: v1
                kind: ServiceList
                items: [ { metadata: { name: a }, spec: {} }, { metadata: { name: b }, spec: {} } ]
                """))
        .extracting(object -> object.key().toString())
        .containsExactly("default/a", "default/b");
    assertThat(
            objects(
                "{apiVersion: discovery.k8s.io/v1, kind: EndpointSliceList, items: [{metadata:"
                    + " {name: a, labels: {kubernetes.io/service-name: b}}, addressType: IPv4}]}"))
        .hasSize(1);
  }

  @Test
  void oneBadItemOfAListDoesNotHarmTheOthers() {
    List<Decoded> decoded =
        decodeAll(
            decoder,
            """
            apiVersion: v1
            kind: List
            items:
            - { apiVersion: v1, kind: Service, metadata: { name: a }, spec: { ports: 1 } }
            - { apiVersion: v1, kind: Namespace, metadata: { name: b } }
            """);
    assertThat(decoded.get(0)).isInstanceOf(Decoded.Undecodable.class);
    assertThat(decoded.get(1)).isInstanceOf(Decoded.Objects.class);
  }

  @Test
  void problemsKnowTheirLine() {
    assertThat(
            undecodable(
                """
                # a comment
                apiVersion: v1
                kind: Service
                metadata:
                  name: web
                spec:
                  type: ExternalName
                  ports:
                  - name: http
                    port: 80
                  - name: admin
                    port: 123456
                """))
        .extracting(Problem::line)
        .containsExactlyInAnyOrder(12, 7);
  }

  @Test
  void jsonAndYamlGiveTheSame() throws TreeSyntaxException {
    String json =
        """
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "managedFields": [{"a": 1}]},
         "spec": {"clusterIP": "10.0.0.1", "ports": [{"port": 80}], "publishNotReadyAddresses": true}}
        """;
    Decoded fromJson = decoder.decodeObject(JsonTree.read(json.getBytes(StandardCharsets.UTF_8)));
    assertThat(decodeAll(decoder, json)).containsExactly(fromJson);
  }

  @Test
  void equalPortsAndNamesAreKeptOnce() {
    String slice =
        slice(
            "addressType: IPv4, ports: [{name: http, port: 80}], endpoints: [{addresses:"
                + " [10.0.0.1], zone: z}]");
    EndpointSlice one = (EndpointSlice) only(slice);
    EndpointSlice other = (EndpointSlice) only(slice);
    assertThat(one.ports()).isSameAs(other.ports());
    assertThat(one.topologyZone(0)).isSameAs(other.topologyZone(0));
    assertThat(one.serviceName()).isSameAs(other.serviceName());
    assertThat(one.key().namespace()).isSameAs(other.key().namespace());
  }

  private static String slice(String fields) {
    return """
    {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice,
     metadata: {name: a, labels: {kubernetes.io/service-name: web}}, %s}
    """
        .formatted(fields);
  }

  private static String pod(String status) {
    return "{apiVersion: v1, kind: Pod, metadata: {name: p}, status: {%s}}".formatted(status);
  }

  private static List<String> podNames(EndpointSlice slice) {
    return IntStream.range(0, slice.size()).mapToObj(slice::podName).toList();
  }

  private Service service(String spec) {
    return (Service)
        only("{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {%s}}".formatted(spec));
  }

  private ClusterObject only(String yaml) {
    return only(decoder, yaml);
  }

  private static ClusterObject only(ObjectDecoder decoder, String yaml) {
    Decoded decoded = decodeAll(decoder, yaml).getFirst();
    assertThat(decoded).isInstanceOf(Decoded.Objects.class);
    return ((Decoded.Objects) decoded).objects().getFirst();
  }

  private List<ClusterObject> objects(String yaml) {
    var objects = new ArrayList<ClusterObject>();
    for (Decoded decoded : decodeAll(decoder, yaml)) {
      assertThat(decoded).isInstanceOf(Decoded.Objects.class);
      objects.addAll(((Decoded.Objects) decoded).objects());
    }
    return objects;
  }

  private String reasonLeftOut(String yaml) {
    return reasonLeftOut(decoder, yaml);
  }

  private static String reasonLeftOut(ObjectDecoder decoder, String yaml) {
    Decoded decoded = decodeAll(decoder, yaml).getFirst();
    assertThat(decoded).isInstanceOf(Decoded.LeftOut.class);
    return ((Decoded.LeftOut) decoded).reason();
  }

  private List<Problem> undecodable(String yaml) {
    Decoded decoded = decodeAll(decoder, yaml).getFirst();
    assertThat(decoded).isInstanceOf(Decoded.Undecodable.class);
    return ((Decoded.Undecodable) decoded).problems();
  }

  private List<String> problems(String yaml) {
    return undecodable(yaml).stream().map(Problem::toString).toList();
  }

  private static List<Decoded> decodeAll(ObjectDecoder decoder, String yaml) {
    var decoded = new ArrayList<Decoded>();
    try {
      YamlTree.read(yaml, document -> decoded.addAll(decoder.decode(document)));
    } catch (TreeSyntaxException e) {
      throw new AssertionError("the test's YAML, line " + e.line(), e);
    }
    return decoded;
  }

  private static IpAddress ip(String text) {
    return IpAddress.parse(text);
  }
}

package dev.byname.corefile;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * The configuration of kube-dns, CoreDNS's predecessor: a ConfigMap whose values are JSON. It says
 * only where names outside the cluster are asked; everything else was fixed, and becomes the
 * Corefile that Kubernetes installs by default.
 *
 * @param stubDomains zones with their nameservers, in the file's order
 * @param upstreamNameservers for all other names outside the cluster; the machine's own when empty
 */
public record KubeDnsConfigMap(
    Map<String, List<String>> stubDomains, List<String> upstreamNameservers) {
  private static final String STUB_DOMAINS = "stubDomains";
  private static final String UPSTREAM_NAMESERVERS = "upstreamNameservers";
  private static final String FEDERATIONS = "federations";

  static final List<String> KEYS = List.of(STUB_DOMAINS, UPSTREAM_NAMESERVERS, FEDERATIONS);

  /** kube-dns refuses more. */
  private static final int UPSTREAM_NAMESERVERS_MAX = 3;

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  public KubeDnsConfigMap {
    var copy = new LinkedHashMap<String, List<String>>();
    stubDomains.forEach((zone, nameservers) -> copy.put(zone, List.copyOf(nameservers)));
    stubDomains = Collections.unmodifiableMap(copy);
    upstreamNameservers = List.copyOf(upstreamNameservers);
  }

  /**
   * Reads the text of a ConfigMap, YAML or JSON.
   *
   * @param clusterDomain may not be a stub domain
   * @return nothing when it has errors, which are then reported
   */
  public static Optional<KubeDnsConfigMap> read(
      String text, String fileName, String clusterDomain, Problems problems) {
    var source = new Source(fileName, Path.of(fileName));
    var complaints = new Problems();
    var data = ConfigMapFile.read(source, text, complaints);
    var kubeDns = data == null ? null : read(source, data, clusterDomain, complaints);
    problems.addAll(complaints);
    return complaints.hasErrors() ? Optional.empty() : Optional.ofNullable(kubeDns);
  }

  static KubeDnsConfigMap read(
      Source source,
      Map<String, ConfigMapFile.Text> data,
      String clusterDomain,
      Problems problems) {
    for (var key : data.keySet()) {
      if (!KEYS.contains(key)) {
        problems.add(
            Location.of(source.name()),
            "data.%s belongs neither to kube-dns (%s) nor to CoreDNS (%s)%s"
                .formatted(
                    Lexer.shortened(key),
                    String.join(", ", KEYS),
                    ConfigMapFile.COREFILE_KEY,
                    NearestWord.hint(key, KEYS)));
      }
    }
    var federations = data.get(FEDERATIONS);
    if (federations != null) {
      problems.warn(
          federations.source().line(federations.source().firstLine()),
          "federations are ignored: Kubernetes Federation v1 has ended");
    }
    Map<String, List<String>> stubs = new LinkedHashMap<>();
    var stubText = data.get(STUB_DOMAINS);
    if (stubText != null) {
      new JsonText(STUB_DOMAINS, stubText, problems).stubDomains(clusterDomain, stubs);
    }
    var upstreams = new ArrayList<String>();
    var upstreamText = data.get(UPSTREAM_NAMESERVERS);
    if (upstreamText != null) {
      new JsonText(UPSTREAM_NAMESERVERS, upstreamText, problems).upstreamNameservers(upstreams);
    }
    return new KubeDnsConfigMap(stubs, upstreams);
  }

  /** The same as a Corefile, to be shown as well as to be used. */
  public String toCorefile(String clusterDomain) {
    var out = new StringBuilder("# Translated from kube-dns's ConfigMap.\n");
    if (!stubDomains.isEmpty()) {
      out.append("\n# stubDomains: these zones are asked of their own nameservers.\n");
    }
    stubDomains.forEach((zone, nameservers) ->
        out.append(
            """
            %s {
                errors
                cache 30
                loop
                forward . %s
            }
            """
                .formatted(zone, String.join(" ", nameservers))));
    out.append(
        """

        # The cluster, with kube-dns's TTL of 30 seconds, and its pod names without a check.
        . {
            errors
            health {
                lameduck 5s
            }
            ready
            kubernetes %s in-addr.arpa ip6.arpa {
                pods insecure
                fallthrough in-addr.arpa ip6.arpa
                ttl 30
            }
            prometheus :9153
            # %s
            forward . %s
            cache 30
            loop
            reload
            loadbalance
        }
        """
            .formatted(
                clusterDomain,
                upstreamNameservers.isEmpty()
                    ? "No upstreamNameservers: the machine's own."
                    : "upstreamNameservers",
                upstreamNameservers.isEmpty()
                    ? "/etc/resolv.conf"
                    : String.join(" ", upstreamNameservers)));
    return out.toString();
  }

  /** Reads one value, and knows the line of each part. */
  private static final class JsonText {
    private final String key;
    private final ConfigMapFile.Text text;
    private final Problems problems;

    private JsonText(String key, ConfigMapFile.Text text, Problems problems) {
      this.key = key;
      this.text = text;
      this.problems = problems;
    }

    private void stubDomains(String clusterDomain, Map<String, List<String>> stubs) {
      read(
          "an object of zones with lists of nameservers, {\"acme.local\": [\"192.0.2.1\"]}",
          json -> {
            if (json.nextToken() != JsonToken.START_OBJECT) {
              return false;
            }
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
              var zone = json.currentName();
              var at = location(json);
              var complaint = ZoneNames.complaint(zone);
              if (complaint != null) {
                problems.add(
                    at,
                    "%s: \"%s\" is no zone: %s".formatted(key, Lexer.shortened(zone), complaint));
              } else if (ZoneNames.normalised(zone).equals(ZoneNames.normalised(clusterDomain))) {
                problems.add(
                    at, "%s: %s is the cluster's own domain".formatted(key, Lexer.shortened(zone)));
              }
              var nameservers = nameservers(json);
              if (nameservers == null) {
                return false;
              }
              if (nameservers.isEmpty()) {
                problems.add(at, "%s: %s has no nameserver".formatted(key, Lexer.shortened(zone)));
              }
              stubs.put(zone, nameservers);
            }
            return json.currentToken() == JsonToken.END_OBJECT;
          });
    }

    private void upstreamNameservers(List<String> upstreams) {
      read(
          "a list of nameservers, [\"192.0.2.1\"]",
          json -> {
            var nameservers = nameservers(json);
            if (nameservers == null) {
              return false;
            }
            if (nameservers.size() > UPSTREAM_NAMESERVERS_MAX) {
              problems.add(
                  location(json),
                  "%s: %d nameservers; at most %d are allowed"
                      .formatted(key, nameservers.size(), UPSTREAM_NAMESERVERS_MAX));
            }
            upstreams.addAll(nameservers);
            return true;
          });
    }

    /** The next value, a list; null when it is something else. */
    private @Nullable List<String> nameservers(JsonParser json) {
      if (json.nextToken() != JsonToken.START_ARRAY) {
        return null;
      }
      var nameservers = new ArrayList<String>();
      while (json.nextToken() == JsonToken.VALUE_STRING) {
        var nameserver = json.getString();
        var hostPort = HostPort.parse(nameserver, Scheme.DNS.defaultPort());
        if (hostPort.isEmpty() || !IpLiteral.isOne(hostPort.get().host())) {
          problems.add(
              location(json),
              "%s: \"%s\" is not an IP address with or without a port"
                  .formatted(key, Lexer.shortened(nameserver)));
        }
        nameservers.add(nameserver);
      }
      return json.currentToken() == JsonToken.END_ARRAY ? nameservers : null;
    }

    private interface Shape {
      /** Whether the value has the expected shape. */
      boolean read(JsonParser json);
    }

    private void read(String expected, Shape shape) {
      if (text.text().isBlank()) {
        return; // kube-dns takes an empty value for an absent one
      }
      try (var json = JSON.createParser(ObjectReadContext.empty(), text.text())) {
        if (!shape.read(json)) {
          problems.add(location(json), "%s must be %s".formatted(key, expected));
        } else if (json.nextToken() != null) {
          problems.add(location(json), "%s has more behind its JSON value".formatted(key));
        }
      } catch (JacksonException broken) {
        problems.add(
            line(broken.getLocation().getLineNr()),
            "%s is not JSON: %s".formatted(key, reason(broken)));
      }
    }

    /** Without what only makes sense with the parser's own idea of the source. */
    private static String reason(JacksonException broken) {
      var message = broken.getOriginalMessage().lines().findFirst().orElse("it cannot be read");
      var marker = message.indexOf(" (start marker at");
      return marker < 0 ? message : message.substring(0, marker);
    }

    private Location location(JsonParser json) {
      return line(json.currentTokenLocation().getLineNr());
    }

    /**
     * @param lineInText counted from 1; less when the parser does not know
     */
    private Location line(int lineInText) {
      return text.source().line(text.source().firstLine() + Math.max(lineInText, 1) - 1);
    }
  }
}

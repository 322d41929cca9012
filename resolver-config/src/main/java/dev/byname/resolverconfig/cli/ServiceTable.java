package dev.byname.resolverconfig.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The table that {@code kubectl get services} prints, column by column. */
final class ServiceTable {
  private static final int LOAD_BALANCER_WIDTH = 16;
  private static final String NONE = "<none>";

  private ServiceTable() {}

  static String render(
      List<ObjectNode> services, boolean wide, boolean withNamespace, Instant now) {
    var rows = new ArrayList<List<String>>();
    var head = new ArrayList<String>();
    if (withNamespace) {
      head.add("NAMESPACE");
    }
    head.addAll(List.of("NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE"));
    if (wide) {
      head.add("SELECTOR");
    }
    rows.add(head);
    for (var service : services) {
      rows.add(row(service, wide, withNamespace, now));
    }
    return TextTable.align(rows);
  }

  private static List<String> row(
      ObjectNode service, boolean wide, boolean withNamespace, Instant now) {
    var metadata = service.path("metadata");
    var spec = service.path("spec");
    var cells = new ArrayList<String>();
    if (withNamespace) {
      cells.add(metadata.path("namespace").stringValue(""));
    }
    cells.add(metadata.path("name").stringValue(""));
    cells.add(spec.path("type").stringValue("ClusterIP"));
    var address = spec.path("clusterIPs").path(0).stringValue("");
    cells.add(address.isEmpty() ? orNone(spec.path("clusterIP").stringValue("")) : address);
    cells.add(externalIp(service, wide));
    cells.add(ports(spec));
    cells.add(age(metadata.path("creationTimestamp").stringValue(""), now));
    if (wide) {
      cells.add(selector(spec));
    }
    return cells;
  }

  private static String ports(JsonNode spec) {
    var ports = new ArrayList<String>();
    for (var port : spec.path("ports")) {
      var nodePort = port.path("nodePort").intValue(0);
      ports.add(
          port.path("port").intValue(0)
              + (nodePort > 0 ? ":" + nodePort : "")
              + "/"
              + port.path("protocol").stringValue("TCP"));
    }
    return orNone(String.join(",", ports));
  }

  private static String externalIp(ObjectNode service, boolean wide) {
    var spec = service.path("spec");
    var external = new ArrayList<String>();
    spec.path("externalIPs").forEach(each -> external.add(each.stringValue("")));
    return switch (spec.path("type").stringValue("ClusterIP")) {
      case "ExternalName" -> spec.path("externalName").stringValue("");
      case "LoadBalancer" -> {
        var ingress = new TreeSet<String>();
        for (var each : service.path("status").path("loadBalancer").path("ingress")) {
          var ip = each.path("ip").stringValue("");
          ingress.add(ip.isEmpty() ? each.path("hostname").stringValue("") : ip);
        }
        var text = String.join(",", ingress);
        if (!wide && text.length() > LOAD_BALANCER_WIDTH) {
          text = text.substring(0, LOAD_BALANCER_WIDTH - 3) + "...";
        }
        if (!text.isEmpty()) {
          external.addFirst(text);
        }
        yield external.isEmpty() ? "<pending>" : String.join(",", external);
      }
      default -> orNone(String.join(",", external));
    };
  }

  private static String selector(JsonNode spec) {
    var pairs = new TreeMap<String, String>();
    spec.path("selector")
        .properties()
        .forEach(entry -> pairs.put(entry.getKey(), entry.getValue().stringValue("")));
    return orNone(
        String.join(
            ",", pairs.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList()));
  }

  private static String age(String created, Instant now) {
    try {
      return age(Duration.between(Instant.parse(created), now));
    } catch (DateTimeParseException unknown) {
      return "<unknown>";
    }
  }

  /** Two units while they tell something, one later, as kubectl does. */
  static String age(Duration age) {
    var seconds = age.toSeconds();
    if (seconds < -1) {
      return "<invalid>";
    }
    if (seconds < 120) {
      return Math.max(seconds, 0) + "s";
    }
    var minutes = seconds / 60;
    if (minutes < 10) {
      return minutes + "m" + rest(seconds % 60, "s");
    }
    if (minutes < 180) {
      return minutes + "m";
    }
    var hours = seconds / 3600;
    if (hours < 8) {
      return hours + "h" + rest(minutes % 60, "m");
    }
    if (hours < 48) {
      return hours + "h";
    }
    var days = hours / 24;
    if (days < 8) {
      return days + "d" + rest(hours % 24, "h");
    }
    if (days < 365 * 2) {
      return days + "d";
    }
    var years = days / 365;
    return years + "y" + (days < 365 * 8 ? rest(days % 365, "d") : "");
  }

  private static String rest(long count, String unit) {
    return count == 0 ? "" : count + unit;
  }

  private static String orNone(String text) {
    return text.isEmpty() ? NONE : text;
  }
}

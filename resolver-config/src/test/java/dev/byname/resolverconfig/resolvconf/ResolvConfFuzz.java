package dev.byname.resolverconfig.resolvconf;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Any bytes as a node's resolv.conf: refused with a place, or a file within its limits. */
class ResolvConfFuzz {
  private static final PodDns POD =
      PodDns.fromSpec(
          "shop",
          Map.of("dnsPolicy", "Default", "dnsConfig", Map.of("searches", List.of("a"))),
          "");

  @FuzzTest
  void nodeFile(byte[] content) {
    NodeResolvConf file;
    try {
      file = NodeResolvConf.parse("node", content);
    } catch (RefusedException e) {
      check(e.problems().stream().allMatch(problem -> problem.where().startsWith("node:")), e);
      return;
    }
    var node = new NodeDns(List.of(), "", Optional.of(file), List.of(), Limits.CURRENT);
    var built = PodResolvConf.build(POD, node);
    var text = built.render();
    check(built.nameservers().size() <= 3, text);
    check(built.searches().size() <= 32, text);
    for (var line : text.lines().toList()) {
      check(line.matches("(?s)(nameserver|search|options) .+"), line);
      check(!line.startsWith("search ") || line.getBytes(UTF_8).length <= 7 + 2048, line);
    }
    // What we write is read back as the same, except that each reading cuts a search entry's dot.
    var again = NodeResolvConf.parse("again", text.getBytes(UTF_8));
    check(texts(again.nameservers()).equals(texts(built.nameservers())), text);
    check(texts(again.options()).equals(texts(built.options())), text);
    for (var libc : Libc.values()) {
      QueryPlan.of("reviews.shop", LibcView.of(libc, text)).alternatives();
    }
  }

  @FuzzTest
  void podFile(byte[] content) {
    for (var libc : Libc.values()) {
      var view = LibcView.of(libc, new String(content, UTF_8));
      check(view.nameservers().size() <= 3, view);
      check(view.ndots() >= 0 && view.ndots() <= 15, view);
      QueryPlan.of("reviews.shop", view).alternatives();
    }
  }

  private static List<String> texts(List<Entry> entries) {
    return entries.stream().map(Entry::text).toList();
  }

  private static void check(boolean holds, Object shown) {
    if (!holds) {
      throw new AssertionError(shown);
    }
  }
}

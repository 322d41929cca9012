package dev.byname.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

class JsonTreeTest {
  private static final String ITEMS =
      """
      [{"metadata": {"name": "a"}, "spec": {"template": {"metadata": {"name": "x"}}, "ports": [1]}},
       {"spec": {"metadata": {"name": "known"}}, "metadata": {"name": "b"}, "status": {}},
       {"metadata": {"name": "known"}, "spec": {"ports": [1, [2, {"metadata": null}]]}, "status": 1},
       {"spec": {"metadata": {"name": "known"}}},
       {"metadata": {"name": "c"}}]
      """;

  /** The parser is left where it would be, so that the next item is read right. */
  @Test
  void whatIsKnownIsSkippedAndNothingElse() throws TreeSyntaxException {
    Tree known = JsonTree.read("{\"name\": \"known\"}");
    var all = (Tree.Sequence) JsonTree.read(ITEMS);
    List<@Nullable Tree> expected = new ArrayList<>(all.items());
    expected.set(2, null);

    List<@Nullable Tree> read = new ArrayList<>();
    try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), ITEMS)) {
      assertThat(parser.nextToken()).isEqualTo(JsonToken.START_ARRAY);
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        read.add(
            JsonTree.readUnlessKnown(
                parser, metadata -> withoutLines(metadata).equals(withoutLines(known))));
      }
      assertThat(parser.nextToken()).isNull();
    }
    assertThat(read).isEqualTo(expected);
  }

  private static String withoutLines(Tree tree) {
    return tree.toString().replaceAll("line=\\d+", "");
  }
}

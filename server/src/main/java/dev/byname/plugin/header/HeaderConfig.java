package dev.byname.plugin.header;

import dev.byname.query.FlagChange;
import dev.byname.wire.Header;

/**
 * How the 16 bits behind the id are changed.
 *
 * @param query before the plugins see the query
 * @param response in what they answer
 */
public record HeaderConfig(FlagChange query, FlagChange response) {
  /** What becomes of an answer whose maker copies RD from the query and sets the rest itself. */
  public FlagChange ofAnswer() {
    return query.onlyOf(Header.RD).then(response);
  }
}

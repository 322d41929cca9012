package dev.byname.plugin;

import java.nio.file.Path;
import java.util.List;

/**
 * The server block a directive stands in.
 *
 * @param zones of the block's keys, lower case with final dot
 * @param folder relative paths in the Corefile start here
 * @param servers where the block listens, as the label {@code server=} has it: {@code dns://:53}
 * @param view the {@code view} label; empty without one
 */
public record BlockContext(List<String> zones, Path folder, List<String> servers, String view) {
  public BlockContext {
    zones = List.copyOf(zones);
    servers = List.copyOf(servers);
  }

  /** Of a block that listens nowhere yet. */
  public BlockContext(List<String> zones, Path folder) {
    this(zones, folder, List.of(), "");
  }
}

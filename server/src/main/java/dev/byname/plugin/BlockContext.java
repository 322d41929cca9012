package dev.byname.plugin;

import java.nio.file.Path;
import java.util.List;

/**
 * The server block a directive stands in.
 *
 * @param zones of the block's keys, lower case with final dot
 * @param folder relative paths in the Corefile start here
 */
public record BlockContext(List<String> zones, Path folder) {}

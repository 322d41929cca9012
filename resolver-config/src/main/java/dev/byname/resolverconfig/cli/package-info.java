/**
 * The companion's subcommands of byname. Each group is one class with its subcommands inside, found
 * through ServiceLoader. Exit codes: 0 done, 1 refused or failed (one line a problem on standard
 * error), 2 wrong usage.
 */
@NullMarked
package dev.byname.resolverconfig.cli;

import org.jspecify.annotations.NullMarked;

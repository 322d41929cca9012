/**
 * The companion's subcommands of byname. Each group is one class with its subcommands inside, found
 * through ServiceLoader. Exit codes: 0 done, 1 refused or failed (one line a problem on standard
 * error), 2 wrong usage. Where 1 is an answer ({@code allocation audit} found something), a failure
 * is 3; the command's help says so.
 */
@NullMarked
package dev.byname.resolverconfig.cli;

import org.jspecify.annotations.NullMarked;

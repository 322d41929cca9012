/**
 * The Corefile: from text to server blocks, directives and typed values, every word with the file
 * and line it came from. Nothing here knows what a plugin does.
 *
 * <p>{@link dev.byname.corefile.Corefile#parse} reads the grammar as CoreDNS does (its fork of
 * Caddy 1's parser), for CoreDNS 1.14.7. What matters of it:
 *
 * <ul>
 *   <li>Words are separated by white space; {@code #} starts a comment wherever it stands outside
 *       quotes. A word that begins with {@code "} runs to the next quote, over line ends as well;
 *       inside, {@code \"} is a quote and any other backslash is itself. No backslash continues a
 *       line.
 *   <li>A server block is keys (zones, ports, schemes; a comma lets them go on in the next line),
 *       then braces with a directive per line. A file with a single block may leave the braces out.
 *       The closing brace of a server block stands on a line of its own.
 *   <li>Environment variables are filled in per word, after splitting: a value with blanks stays
 *       one word.
 *   <li>{@code (name) { … }} defines a snippet, {@code import name} puts its words in place. {@code
 *       import} of anything else is a file, or a pattern with at most one {@code *} and one {@code
 *       ?}, relative to the file it stands in.
 * </ul>
 *
 * <p>Where CoreDNS silently takes an obvious mistake (a second word after {@code #} glued to a
 * word, a zone {@code foo://bar}, an IPv6 address without a prefix length, a block without keys, an
 * unclosed quote), we say so instead.
 *
 * <p>A plugin reads its directive with {@link dev.byname.corefile.DirectiveReader}: values come
 * back as {@code Optional}, mistakes go to {@link dev.byname.corefile.Problems}, nothing is thrown.
 */
@NullMarked
package dev.byname.corefile;

import org.jspecify.annotations.NullMarked;

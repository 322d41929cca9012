package dev.byname.resolverconfig.resolvconf;

/**
 * An entry that did not get into the file.
 *
 * @param keyword the line it would have been on: {@code nameserver}, {@code search}, {@code
 *     options}
 */
public record Cut(String keyword, Entry entry, Rule rule) {}

package dev.byname.resolverconfig.resolvconf;

/**
 * One nameserver, search domain or option, and where it comes from.
 *
 * @param text as it stands in the file
 * @param where {@code file:line}, a field's path, or the name of the rule that makes it
 */
public record Entry(String text, Origin origin, String where) {}

package dev.byname.resolverconfig.resolvconf;

import org.jspecify.annotations.Nullable;

/**
 * One word of an {@code options} line.
 *
 * @param value null without a colon; empty for {@code ndots:}, which glibc reads as 0
 */
public record DnsOption(String name, @Nullable String value) {
  /** Splits a word at its first colon; any word will do. */
  public static DnsOption parse(String word) {
    int colon = word.indexOf(':');
    return colon < 0
        ? new DnsOption(word, null)
        : new DnsOption(word.substring(0, colon), word.substring(colon + 1));
  }

  /** As the kubelet prints it after merging: an empty value leaves the bare name. */
  DnsOption merged() {
    return "".equals(value) ? new DnsOption(name, null) : this;
  }

  /** The word of the options line: {@code ndots:5}. */
  public String text() {
    return value == null ? name : name + ":" + value;
  }
}

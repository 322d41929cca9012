package dev.byname.resolverconfig.resolvconf;

/** Something that works, but perhaps not as the operator thinks. */
public record Warning(Rule rule, String text) {
  @Override
  public String toString() {
    return text;
  }
}

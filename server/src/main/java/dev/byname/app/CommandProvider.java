package dev.byname.app;

/** Adds a subcommand to byname; found through ServiceLoader. */
public interface CommandProvider {
  /** An object annotated with picocli's Command. */
  Object command();
}

package dev.byname.resolverconfig.allocation;

/** The outcome of giving a value back to an {@link Allocator}. */
public sealed interface Release {

  /** It is free now. */
  record Released() implements Release {}

  /** It was free already, or is no value of the range: nothing to do and no error. */
  record WasFree() implements Release {}

  /** Somebody else holds it, so it stays taken. */
  record HeldByOther(Holder holder) implements Release {}
}

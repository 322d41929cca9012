package dev.byname.resolverconfig.registry;

import dev.byname.resolverconfig.allocation.Usage;
import dev.byname.resolverconfig.allocation.ValueRange;
import java.util.Optional;

/**
 * How full a range is.
 *
 * @param forecast empty where nothing can be foretold
 */
public record RangeUse(ValueRange<?> range, Usage usage, Optional<Forecast> forecast) {}

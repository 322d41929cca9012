/** Tests of {@code cache}: a chain that says what the test wants, a clock that stands still. */
@NullMarked
package dev.byname.plugin.cache;

import org.jspecify.annotations.NullMarked;

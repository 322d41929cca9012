/**
 * {@code byname} itself: the command line, and the wiring of everything by constructors. The only
 * package that reads the clock, the environment and signals.
 */
@NullMarked
package dev.byname.app;

import org.jspecify.annotations.NullMarked;

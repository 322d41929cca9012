/** Tests of {@code local}. */
@NullMarked
package dev.byname.plugin.local;

import org.jspecify.annotations.NullMarked;

/** Tests of {@code dns64}. */
@NullMarked
package dev.byname.plugin.dns64;

import org.jspecify.annotations.NullMarked;

/** Tests of {@code loop}. */
@NullMarked
package dev.byname.plugin.loop;

import org.jspecify.annotations.NullMarked;

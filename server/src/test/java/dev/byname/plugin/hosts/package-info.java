/** Tests of {@code hosts}. */
@NullMarked
package dev.byname.plugin.hosts;

import org.jspecify.annotations.NullMarked;

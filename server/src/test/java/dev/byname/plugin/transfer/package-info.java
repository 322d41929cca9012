/** Tests of {@code transfer}. */
@NullMarked
package dev.byname.plugin.transfer;

import org.jspecify.annotations.NullMarked;

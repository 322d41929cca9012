/** Tests of {@code rewrite}. */
@NullMarked
package dev.byname.plugin.rewrite;

import org.jspecify.annotations.NullMarked;

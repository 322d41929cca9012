/** Tests of {@code autopath}. */
@NullMarked
package dev.byname.plugin.autopath;

import org.jspecify.annotations.NullMarked;

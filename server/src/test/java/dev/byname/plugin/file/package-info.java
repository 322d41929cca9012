/** Tests of {@code file}. */
@NullMarked
package dev.byname.plugin.file;

import org.jspecify.annotations.NullMarked;

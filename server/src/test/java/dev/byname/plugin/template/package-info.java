/** Tests of {@code template}. */
@NullMarked
package dev.byname.plugin.template;

import org.jspecify.annotations.NullMarked;

/** Tests of {@code acl}. */
@NullMarked
package dev.byname.plugin.acl;

import org.jspecify.annotations.NullMarked;

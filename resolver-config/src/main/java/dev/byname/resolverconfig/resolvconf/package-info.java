/** A pod's resolv.conf: parsed, built from its parts, explained and rendered. JDK only. */
@NullMarked
package dev.byname.resolverconfig.resolvconf;

import org.jspecify.annotations.NullMarked;

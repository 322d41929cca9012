/**
 * What {@code conf/kubernetes}, {@code conf/helm} and {@code scripts/image} make, tried for real.
 */
@NullMarked
package dev.byname.resolverconfig.deploy;

import org.jspecify.annotations.NullMarked;

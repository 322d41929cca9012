/** What the companion's tests share. */
@NullMarked
package dev.byname.resolverconfig.testkit;

import org.jspecify.annotations.NullMarked;

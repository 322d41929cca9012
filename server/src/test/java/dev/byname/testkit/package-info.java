/**
 * Real parts for tests of both modules: servers started as processes, stopped by their process id,
 * on loopback addresses of their own. Exported as the server's test jar.
 */
@NullMarked
package dev.byname.testkit;

import org.jspecify.annotations.NullMarked;

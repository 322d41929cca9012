/** The HTTP endpoints beside DNS: health, readiness, metrics. */
@NullMarked
package dev.byname.admin;

import org.jspecify.annotations.NullMarked;

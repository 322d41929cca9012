/** Tests of {@code forward}: logic with a scripted transport, sockets with doubles on loopback. */
@NullMarked
package dev.byname.plugin.forward;

import org.jspecify.annotations.NullMarked;

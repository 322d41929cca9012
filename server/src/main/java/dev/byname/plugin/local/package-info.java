/**
 * Answers for names that mean this machine, so that no upstream is asked for them.
 *
 * <pre>{@code
 * .:1053 {
 *   local {
 *     localhost_prefix off
 *   }
 *   forward . 192.0.2.53
 * }
 * }</pre>
 *
 * <p>{@code localhost}, all names below it and, unless {@code localhost_prefix off}, {@code
 * localhost.<any domain>} (what search paths make of it) are 127.0.0.1 and ::1. {@code
 * 1.0.0.127.in-addr.arpa} points to {@code localhost}; all else in {@code 0.in-addr.arpa}, {@code
 * 127.in-addr.arpa} and {@code 255.in-addr.arpa} does not exist. Everything has a TTL of a week.
 *
 * <p>With the prefix on, as it is in CoreDNS, a Service named {@code localhost} cannot be reached
 * by its name.
 */
@NullMarked
package dev.byname.plugin.local;

import org.jspecify.annotations.NullMarked;

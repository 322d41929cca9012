/** DNS messages as bytes: names, headers, questions, EDNS, and how answers are written. */
@NullMarked
package dev.byname.wire;

import org.jspecify.annotations.NullMarked;

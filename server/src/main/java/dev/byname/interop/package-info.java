/**
 * Between dnsjava and our own records, for everything off the hot path: zone files, records written
 * as text. dnsjava reads the text; from then on only our own types are used.
 */
@NullMarked
package dev.byname.interop;

import org.jspecify.annotations.NullMarked;

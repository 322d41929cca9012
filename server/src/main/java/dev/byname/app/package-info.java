/** The byname executable: its commands, and how everything is wired together. */
@NullMarked
package dev.byname.app;

import org.jspecify.annotations.NullMarked;

/**
 * What all parts of the library share: logging that never throws, checks of options, pauses between attempts, threads.
 */
@NullMarked
package dev.socketserver.internal.util;

import org.jspecify.annotations.NullMarked;

/** Shared by all parts of the library: logging that never throws, checks of options, back-off, threads. */
@NullMarked
package dev.socketserver.internal.util;

import org.jspecify.annotations.NullMarked;

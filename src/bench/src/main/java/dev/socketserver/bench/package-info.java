/** The side-by-side measurements' command line. */
@NullMarked
package dev.socketserver.bench;

import org.jspecify.annotations.NullMarked;

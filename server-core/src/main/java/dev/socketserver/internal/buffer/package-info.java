/** The input and output of connections, on pooled buffers that pass from one connection to the next. */
@NullMarked
package dev.socketserver.internal.buffer;

import org.jspecify.annotations.NullMarked;

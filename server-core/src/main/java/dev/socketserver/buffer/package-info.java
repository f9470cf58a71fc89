/**
 * Streams over pooled direct buffers: {@code InputStream} and {@code OutputStream} subclasses that also support
 * {@code ByteBuf}.
 */
@NullMarked
package dev.socketserver.buffer;

import org.jspecify.annotations.NullMarked;

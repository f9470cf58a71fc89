/**
 * Streams over pooled direct buffers: plain {@code InputStream} and {@code OutputStream} that also speak
 * {@code ByteBuf}.
 */
@NullMarked
package dev.socketserver.buffer;

import org.jspecify.annotations.NullMarked;

package dev.socketserver.buffer;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;

/**
 * The bytes that go to a peer: an {@code OutputStream} that also writes text, frames, and {@link ByteBuf}s.
 *
 * <p>Small writes are collected in one buffer, so that a reply made of several writes costs one system call. Large ones
 * go to the peer together with what was collected, without a copy. The server flushes before it waits for the peer and
 * when the handler returns, so a conversation cannot deadlock on bytes left here. With {@link #autoFlush} each write
 * goes out at once.
 *
 * <p>Not thread-safe: confined to the thread that serves the connection. Calls by any other thread throw an
 * {@link IllegalStateException}.
 */
public abstract class ByteOutput extends OutputStream {
    /** For the library. */
    protected ByteOutput() {}

    /** Sets whether each write goes out at once, as with Python's {@code wbufsize = 0}. The default is false. */
    public abstract void autoFlush(boolean on);

    /**
     * Writes the readable bytes of the buffer and consumes them; the caller remains its owner.
     *
     * @throws IOException if writing to the peer fails
     */
    public abstract void write(ByteBuf source) throws IOException;

    /**
     * Writes text.
     *
     * @throws IOException if writing to the peer fails
     */
    public abstract void write(CharSequence text, Charset charset) throws IOException;

    /**
     * Writes one frame: the length of the body as an unsigned big-endian number, then the body, whose readable bytes
     * are consumed.
     *
     * @param prefixBytes the size of the length, in bytes: 1, 2, 3, or 4
     * @throws IllegalArgumentException if the prefix has another size, or is too short for the body
     * @throws IOException if writing to the peer fails
     */
    public abstract void writeFrame(int prefixBytes, ByteBuf body) throws IOException;
}

package dev.socketserver.buffer;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;

/**
 * The bytes sent to a peer: an {@code OutputStream} that also writes text, frames, and {@link ByteBuf}s.
 *
 * <p>Small writes are buffered, so that a reply made of several writes costs one system call. Large writes are sent
 * together with the buffered bytes, without a copy. The server flushes before it waits for the peer and when the
 * handler returns, so a conversation cannot deadlock on buffered bytes. With {@link #autoFlush}, each write is sent
 * immediately.
 *
 * <p>Not thread-safe: confined to the thread that serves the connection. Calls by any other thread throw an
 * {@link IllegalStateException}.
 */
public abstract class ByteOutput extends OutputStream {
    /** For the library. */
    protected ByteOutput() {}

    /** Sets whether each write is sent immediately, as with Python's {@code wbufsize = 0}. The default is false. */
    public abstract void autoFlush(boolean on);

    /**
     * Writes the readable bytes of the buffer and consumes them; the caller retains ownership of the buffer.
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
     * Writes one frame with its length as an unsigned big-endian number in front: {@link #writeFrame(LengthPrefix,
     * ByteBuf)} with {@link LengthPrefix#bigEndian}.
     *
     * @param prefixBytes the size of the length in bytes: 1 to 8
     * @throws IllegalArgumentException if {@code prefixBytes} is not 1 to 8, or too small for the frame
     * @throws IOException if writing to the peer fails
     */
    public final void writeFrame(int prefixBytes, ByteBuf frame) throws IOException {
        writeFrame(LengthPrefix.bigEndian(prefixBytes), frame);
    }

    /**
     * Writes one message: the readable bytes of the frame, which are consumed, and their length where the prefix has
     * it.
     *
     * @throws IllegalArgumentException if the prefix cannot state the length, or the frame is shorter than what comes
     *     before it
     * @throws IOException if writing to the peer fails
     */
    public abstract void writeFrame(LengthPrefix prefix, ByteBuf frame) throws IOException;
}

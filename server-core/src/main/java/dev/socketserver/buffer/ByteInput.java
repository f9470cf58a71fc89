package dev.socketserver.buffer;

import io.netty.buffer.ByteBuf;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.Charset;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that a peer sends: an {@code InputStream} that also reads lines, frames, and {@link ByteBuf}s.
 *
 * <p>{@link #buffer()}, {@link #readSlice}, {@link #readUntil} and {@code readFrame} return views of the read buffer,
 * without a copy. A view is valid until the next read from this input. To keep it longer, {@linkplain ByteBuf#retain()
 * retain} it and release it when done; the input then continues in another buffer. With Netty's leak detection at level
 * {@code PARANOID}, using an expired view throws an {@code IllegalReferenceCountException}.
 *
 * <p>The read buffer grows only as bytes arrive, so a peer cannot make the server allocate memory by announcing a large
 * frame.
 *
 * <p>Not thread-safe: confined to the thread that serves the connection. Calls by any other thread throw an
 * {@link IllegalStateException}.
 */
public abstract class ByteInput extends InputStream {
    /** For the library. */
    protected ByteInput() {}

    /**
     * Returns the bytes received and not yet consumed, waiting for input if there are none; the buffer is empty only at
     * the end of the stream. Reading from it consumes the bytes. It must not be released or written to.
     *
     * @throws IOException if reading from the peer fails
     */
    public abstract ByteBuf buffer() throws IOException;

    /** Returns the number of bytes that can be read without waiting for the peer. */
    @Override
    public abstract int available();

    /**
     * Waits until the given number of bytes can be read without waiting.
     *
     * @return false if the stream ended first
     * @throws IOException if reading from the peer fails
     */
    public abstract boolean await(int count) throws IOException;

    /**
     * Waits for the peer's next message. A handler that serves a whole conversation in one {@code handle()} should call
     * this method before each message, so that the server can tell an idle peer from a slow one: during this wait,
     * {@code idleTimeout} applies instead of {@code readTimeout}, and a draining server ends the conversation.
     *
     * <p>A handler that was told of a message, looked at it with {@link #buffer()} or {@link #available()}, and
     * consumed nothing says "not yet" by awaiting it again: this method then waits until more has come, within
     * {@code messageTimeout}, and returns true once more if the stream ends first.
     *
     * @return false if there is no further message: the peer has closed its side, was idle for too long, or the server
     *     is draining
     * @throws MessageTooLongException if the handler says "not yet" to more than {@code maxUnread} bytes
     * @throws IOException if reading from the peer fails
     */
    public abstract boolean awaitMessage() throws IOException;

    /**
     * Fills the entire array.
     *
     * @throws EOFException if the stream ends first
     * @throws IOException if reading from the peer fails
     */
    public abstract void readFully(byte[] target) throws IOException;

    /**
     * Waits for exactly {@code length} bytes and returns them as a view of the read buffer.
     *
     * @throws EOFException if the stream ends first
     * @throws IOException if reading from the peer fails
     */
    public abstract ByteBuf readSlice(int length) throws IOException;

    /**
     * Reads one line, which is terminated by LF, CR LF or the end of the stream; the line end is not returned.
     *
     * @param charset decodes the line
     * @param maxBytes the maximum length of the line in bytes, excluding its end
     * @return the line, or null at the end of the stream
     * @throws MessageTooLongException if the line exceeds the limit
     * @throws IOException if reading from the peer fails
     */
    public abstract @Nullable String readLine(Charset charset, int maxBytes) throws IOException;

    /**
     * Reads one message that ends with a delimiter, which is consumed and not returned.
     *
     * @param delimiter the bytes that end the message, at least one
     * @param maxBytes the maximum length of the message in bytes, excluding the delimiter
     * @return the message as a view of the read buffer, or null if the stream ended before a message began
     * @throws IllegalArgumentException if the delimiter is empty
     * @throws MessageTooLongException if the message exceeds the limit
     * @throws EOFException if the stream ends before the delimiter
     * @throws IOException if reading from the peer fails
     */
    public abstract @Nullable ByteBuf readUntil(byte[] delimiter, int maxBytes) throws IOException;

    /**
     * Reads one frame with an unsigned big-endian length in front: {@link #readFrame(LengthPrefix, int)} with
     * {@link LengthPrefix#bigEndian}.
     *
     * @param prefixBytes the size of the length in bytes: 1 to 8
     * @param maxBytes the maximum length of the frame in bytes
     * @return the frame, or null if the stream ended before a message began
     * @throws IllegalArgumentException if {@code prefixBytes} is not 1 to 8
     * @throws IOException as that method does
     */
    public final @Nullable ByteBuf readFrame(int prefixBytes, int maxBytes) throws IOException {
        return readFrame(LengthPrefix.bigEndian(prefixBytes), maxBytes);
    }

    /**
     * Reads one message that says its length, and returns it without that as a view of the read buffer.
     *
     * @param maxBytes the maximum length of the frame in bytes: of the message without its length
     * @return the frame, or null if the stream ended before a message began
     * @throws MessageTooLongException if the peer announces a longer frame
     * @throws java.net.ProtocolException if the peer announces a length that is less than what it has to count
     * @throws EOFException if the stream ends inside the message
     * @throws IOException if reading from the peer fails
     */
    public abstract @Nullable ByteBuf readFrame(LengthPrefix prefix, int maxBytes) throws IOException;

    /**
     * Passes on exactly {@code length} bytes as they come, in the memory of the read buffer; to a {@link ByteOutput}
     * without an array in between.
     *
     * @throws IllegalArgumentException if {@code length} is negative
     * @throws EOFException if the stream ends first
     * @throws IOException if reading from the peer or writing to the target fails
     */
    public abstract void transferTo(OutputStream target, long length) throws IOException;

    /**
     * Returns the next {@code length} bytes as a stream that ends behind them, such as the body of an HTTP request, for
     * whatever reads until an end. If this input ends first, its reads throw an {@link EOFException}. It is a part of
     * this input, with no bytes of its own: what is read from either is read from both.
     *
     * <p>Closing it discards what it has left, so that this input goes on behind it. That waits for the rest, within
     * the time for a message, so take no length that you would not receive.
     *
     * @throws IllegalArgumentException if {@code length} is negative
     */
    public abstract InputStream limit(long length);
}

package dev.socketserver;

import dev.socketserver.buffer.ByteInput;
import dev.socketserver.buffer.LengthPrefix;
import dev.socketserver.internal.buffer.Delimiter;
import dev.socketserver.internal.util.Check;
import io.netty.buffer.ByteBuf;
import java.util.Objects;

/**
 * Says where a message ends, so that a server calls {@code handle()} only when a whole one is there: until then, a
 * connection holds no worker, however slowly its peer sends. Set it with {@link ServerConfig.Builder#framing}.
 *
 * <p>The handler still reads the message itself, from {@link StreamRequestHandler#in()}, which then waits for nothing.
 * So it is the handler that finds out, and decides what becomes of the peer, if a message is too long or not a message:
 * a framing reports such a one as if it were whole.
 *
 * <p>Implementations must be thread-safe, and quick: they run in the thread that reads for all connections.
 */
@FunctionalInterface
public interface Framing {
    /**
     * Returns whether a whole message is there, or it is certain by now that no message comes that the handler accepts.
     * What this throws costs the connection, as if its handler had thrown it.
     *
     * @param received what was received of the message, or more, at least one byte. Must not be changed, released, or
     *     kept; the reader index may be moved.
     * @param known how many of these bytes were there at the last call for the same message; 0 at the first
     */
    boolean hasMessage(ByteBuf received, int known);

    /**
     * Returns the framing of messages that are a line each, for {@link ByteInput#readLine}.
     *
     * @param maxBytes the maximum length of a line in bytes, as given to {@code readLine}
     * @throws IllegalArgumentException if {@code maxBytes} is negative
     */
    static Framing lines(int maxBytes) {
        Check.atLeast("maxBytes", 0, maxBytes);
        return (received, known) -> {
            int end = received.writerIndex();
            boolean carriageReturn = received.getByte(end - 1) == '\r'; // which may be the end's, and not the line's
            return received.readableBytes() - (carriageReturn ? 1 : 0) > maxBytes
                    || received.indexOf(received.readerIndex() + known, end, (byte) '\n') >= 0;
        };
    }

    /**
     * Returns the framing of messages that end with a delimiter, for {@link ByteInput#readUntil}.
     *
     * @param delimiter the bytes that end a message, at least one
     * @param maxBytes the maximum length of a message in bytes, excluding the delimiter, as given to {@code readUntil}
     * @throws IllegalArgumentException if the delimiter is empty, or {@code maxBytes} is negative
     */
    static Framing until(byte[] delimiter, int maxBytes) {
        byte[] end = Delimiter.check(delimiter).clone();
        Check.atLeast("maxBytes", 0, maxBytes);
        return (received, known) -> {
            int length = Delimiter.indexOf(end, received, Math.max(0, known - end.length + 1));
            return length > maxBytes || length + end.length <= received.readableBytes();
        };
    }

    /**
     * Returns the framing of messages with a big-endian length in front, for {@link ByteInput#readFrame(int, int)}.
     *
     * @param prefixBytes the size of the length in bytes: 1 to 8
     * @param maxBytes the maximum length of the body in bytes, as given to {@code readFrame}
     * @throws IllegalArgumentException if {@code prefixBytes} is not 1 to 8, or {@code maxBytes} is negative
     */
    static Framing frames(int prefixBytes, int maxBytes) {
        return frames(LengthPrefix.bigEndian(prefixBytes), maxBytes);
    }

    /**
     * Returns the framing of messages that say their length, for {@link ByteInput#readFrame(LengthPrefix, int)}.
     *
     * @param maxBytes the maximum length of a frame in bytes, as given to {@code readFrame}
     * @throws IllegalArgumentException if {@code maxBytes} is negative
     */
    static Framing frames(LengthPrefix prefix, int maxBytes) {
        Objects.requireNonNull(prefix, "prefix");
        Check.atLeast("maxBytes", 0, maxBytes);
        return (received, known) -> prefix.hasFrame(received, maxBytes);
    }
}

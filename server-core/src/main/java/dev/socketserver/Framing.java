package dev.socketserver;

import dev.socketserver.buffer.ByteInput;
import dev.socketserver.internal.buffer.FramePrefix;
import dev.socketserver.internal.util.Check;
import io.netty.buffer.ByteBuf;

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
     * Returns the framing of messages with their length in front, for {@link ByteInput#readFrame}.
     *
     * @param prefixBytes the size of the length in bytes: 1, 2, 3, or 4
     * @param maxBytes the maximum length of the body in bytes, as given to {@code readFrame}
     * @throws IllegalArgumentException if {@code prefixBytes} is not 1 to 4, or {@code maxBytes} is negative
     */
    static Framing frames(int prefixBytes, int maxBytes) {
        FramePrefix.check(prefixBytes);
        Check.atLeast("maxBytes", 0, maxBytes);
        return (received, known) -> {
            int body = received.readableBytes() - prefixBytes;
            if (body < 0) {
                return false;
            }
            long length = FramePrefix.get(received, received.readerIndex(), prefixBytes);
            return body >= length || length > maxBytes;
        };
    }
}

package dev.socketserver;

import io.netty.buffer.ByteBuf;
import java.io.IOException;

/**
 * A received datagram, which a {@link DatagramRequestHandler} serves and answers.
 *
 * <p>Confined to the thread that serves it, except for the addresses, which any thread may read.
 */
public non-sealed interface Datagram extends Request {
    /** Returns the datagram's bytes, possibly none. They are released when the handler is done, unless retained. */
    ByteBuf content();

    /**
     * Returns the buffer that collects the handler's answer. It is sent when the handler is done, unless it is empty or
     * the handler threw.
     */
    ByteBuf answer();

    /** Returns whether the datagram was longer than {@link ServerConfig#maxDatagramSize()} and was truncated. */
    boolean isTruncated();

    /**
     * Sends the readable bytes to the peer as one datagram and consumes them; the caller retains ownership of the
     * buffer.
     *
     * @throws IOException if the datagram cannot be sent, for example because it is too large
     */
    void reply(ByteBuf bytes) throws IOException;
}

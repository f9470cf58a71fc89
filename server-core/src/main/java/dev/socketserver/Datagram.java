package dev.socketserver;

import io.netty.buffer.ByteBuf;
import java.io.IOException;

/**
 * One datagram and the way to answer it: what a {@link DatagramRequestHandler} works on.
 *
 * <p>Confined to the thread that serves it, except for the addresses, which any thread may ask for.
 */
public non-sealed interface Datagram extends Request {
    /** Returns the datagram's bytes, which may be none. They are released when the handler is done, unless retained. */
    ByteBuf content();

    /**
     * Returns the buffer in which the handler collects its answer, which is sent when the handler is done unless it is
     * empty or the handler threw.
     */
    ByteBuf answer();

    /**
     * Returns whether the peer sent more than {@link ServerConfig#maxDatagramSize()} bytes, of which the rest is lost.
     */
    boolean isTruncated();

    /**
     * Sends one datagram made of the readable bytes to the peer and consumes them; the caller remains the buffer's
     * owner.
     *
     * @throws IOException if the system does not take the datagram, because it is too large for one
     */
    void reply(ByteBuf bytes) throws IOException;
}

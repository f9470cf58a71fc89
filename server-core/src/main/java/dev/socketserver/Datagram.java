package dev.socketserver;

import io.netty.buffer.ByteBuf;
import java.io.IOException;

/**
 * A received datagram, which a {@link DatagramRequestHandler} serves and answers.
 *
 * <p>Confined to the thread that serves it, except for the addresses and {@link #maxAnswer()}, which any thread may
 * read. To answer from another thread, or later, use {@link #answerLater()}.
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
     * @throws dev.socketserver.limit.LimitExceededException if the answer is larger than
     *     {@link ServerConfig#maxAmplification()} allows
     * @throws IOException if the datagram cannot be sent, for example because it is too large
     */
    void reply(ByteBuf bytes) throws IOException;

    /**
     * Returns how many bytes the next answer may have: what fits into a datagram, or what
     * {@link ServerConfig#maxAmplification()} leaves. Thread-safe.
     */
    int maxAnswer();

    /**
     * Lets any thread answer after the handler has returned, until the result is closed. Each call makes another one.
     * {@link #content()} is not kept by that: copy what is still needed, or retain it. If the handler throws, the
     * server closes what it has made.
     */
    LateAnswer answerLater();
}

package dev.socketserver.internal.buffer;

import java.io.IOException;

/** The connection that an input and an output belong to, as they see it. */
public interface StreamOwner {
    /** Is called before each use of the input; throws an {@code IllegalStateException} unless it is allowed now. */
    void beforeRead();

    /** Is called before each use of the output; throws an {@code IllegalStateException} unless it is allowed now. */
    void beforeWrite();

    /** Waits for the peer's next message, as {@link dev.socketserver.buffer.ByteInput#awaitMessage()}. */
    boolean awaitMessage() throws IOException;

    /** Is called before the output takes bytes; sends the rest of a message of another thread that was sent in part. */
    default void beforeCollect() throws IOException {}

    /**
     * Is called before the input is read for want of bytes. In a handler that was called before the first byte came,
     * the first call waits for that byte, and lets other threads' calls be served meanwhile.
     */
    default void beforeFill() throws IOException {}

    /** Notes that the failure, about to be thrown, is the peer's fault; returns it. */
    <E extends IOException> E fault(E failure);
}

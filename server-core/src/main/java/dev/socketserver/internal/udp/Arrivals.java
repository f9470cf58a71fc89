package dev.socketserver.internal.udp;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Takes datagrams from a socket, one at a time, without waiting for any. Confined to the receiving thread. */
interface Arrivals {
    /** Returns the next datagram that the system has queued; null if there is none. */
    @Nullable
    DatagramRequest next() throws IOException;

    /** Releases the buffers, unless a handler still has them. */
    void release();
}

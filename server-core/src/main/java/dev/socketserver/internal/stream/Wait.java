package dev.socketserver.internal.stream;

import java.io.IOException;

/**
 * The place where one thread waits for one connection to become ready, or for another socket, too. For that thread, but
 * for {@link #wake()}, which is thread-safe.
 */
interface Wait {
    /** Wait without a time limit. */
    long FOREVER = Long.MAX_VALUE;

    /**
     * Waits until the connection is ready, {@link #wake()} is called, the thread is interrupted, or the time is up. May
     * return early.
     *
     * @param operations what to wait for, as {@link java.nio.channels.SelectionKey} names it
     * @param nanos how long to wait at most, or {@link #FOREVER}
     * @throws IOException if the connection is closed
     */
    void await(int operations, long nanos) throws IOException;

    /**
     * Has the next wait, and every further one, end also when another socket is ready.
     *
     * @param other always the same one
     * @param operations what to wait for
     * @throws IOException if it is closed
     */
    void alsoFor(Transport other, int operations) throws IOException;

    /** Ends the present wait, or the next one if there is none. */
    void wake();

    /** Gives the place back; it is not used any more. */
    void release();
}

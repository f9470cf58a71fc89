package dev.socketserver.internal.stream;

import dev.socketserver.internal.run.OpenRequest;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import org.jspecify.annotations.Nullable;

/**
 * A connection's registration with a {@link Poller}.
 *
 * <pre>
 *   UNKNOWN ──arm()──▶ ARMED ──disarm()──▶ DISARMED
 *                        ▲                    │
 *                        └────── arm() ───────┘
 * </pre>
 *
 * <p>A connection stays armed while its handler runs in the lead, because the leader does not select in that time. It
 * is disarmed only if a leader finds it ready while its handler still runs in another thread, and armed again when it
 * is parked.
 *
 * <p>{@link #arm} and {@link #disarm} are called by the leader; {@link #turn} is confined to the connection's turn.
 */
final class Registration {
    /** The value of {@link #turn} if the leader does not serve the connection. */
    static final long NOT_LEADING = -1;

    private static final VarHandle OFFERED;

    static {
        try {
            OFFERED = MethodHandles.lookup().findVarHandle(Registration.class, "offered", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final OpenRequest request;

    /** That of the connection itself, which this is unless it is that of a relay's other side. */
    final Registration own;

    /** The leader's turn in which the connection is served, if a leader serves it; only in its own registration. */
    long turn = NOT_LEADING;

    /** The next in the poller's list of arrivals; written before this is added to it. */
    @Nullable
    Registration next;

    private volatile byte interest = SelectionKey.OP_READ; // what to report; written in the connection's turn

    private final Transport transport;
    private volatile @Nullable SelectionKey key; // written by the leader

    @SuppressWarnings("unused")
    private volatile boolean offered; // written through OFFERED: whether it is in the list of arrivals

    Registration(OpenRequest request, Transport transport) {
        this.request = request;
        this.transport = transport;
        own = this;
    }

    private Registration(Registration own, Transport other) {
        request = own.request;
        transport = other;
        this.own = own;
    }

    /** Returns that of another socket, for whose readiness the connection has a turn, too. */
    Registration with(Transport other) {
        return new Registration(this, other);
    }

    /** Returns true for one caller, which must add this to the list of arrivals. */
    boolean offer() {
        return OFFERED.compareAndSet(this, false, true);
    }

    /** Called when this was taken from the list of arrivals. */
    void taken() {
        offered = false;
    }

    /**
     * Sets the interest set, in the bits of {@link SelectionKey}, for the next time this is armed; returns whether it
     * must be armed for that. Called in the connection's turn.
     */
    boolean wants(int operations) {
        boolean changes = interest != operations;
        if (changes) {
            interest = (byte) operations;
        }
        return changes || key == null;
    }

    /** Makes the selector report when the connection is ready. */
    void arm(Selector selector) throws IOException {
        SelectionKey known = key;
        try {
            if (known == null) {
                key = transport.register(selector, interest, this);
            } else {
                known.interestOps(interest);
            }
        } catch (CancelledKeyException ignored) {
            // Closed in the meantime by a thread that has called the request.
        }
    }

    /** Makes the selector report nothing, because the handler still runs. */
    void disarm() {
        SelectionKey known = key;
        try {
            if (known != null) {
                known.interestOps(0);
            }
        } catch (CancelledKeyException ignored) {
            // Closed in the meantime.
        }
    }
}

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
 * A connection's entry with a {@link Poller}.
 *
 * <pre>
 *   UNKNOWN ──arm()──▶ ARMED ──disarm()──▶ DISARMED
 *                        ▲                    │
 *                        └────── arm() ───────┘
 * </pre>
 *
 * <p>Readiness stays armed while a handler runs, because the leader does not select meanwhile. Only if a leader sees
 * the connection ready while its handler still runs elsewhere is it disarmed, and armed again when it is parked.
 *
 * <p>{@link #arm} and {@link #disarm} are for the leader, {@link #turn} is of the connection's turn.
 */
final class Registration {
    /** The turn of a connection that is not served by the leader. */
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

    /** The leader's turn in which the connection is served, if it is served by a leader. */
    long turn = NOT_LEADING;

    /** The next in the poller's list of arrivals; written before this is put there. */
    @Nullable
    Registration next;

    private volatile byte interest = SelectionKey.OP_READ; // what to report; written in the connection's turn

    private final Transport transport;
    private volatile @Nullable SelectionKey key; // written by the leader

    @SuppressWarnings("unused")
    private volatile boolean offered; // written through OFFERED: it is in the list of arrivals

    Registration(OpenRequest request, Transport transport) {
        this.request = request;
        this.transport = transport;
    }

    /** Returns true for one caller, who is to put this into the list of arrivals. */
    boolean offer() {
        return OFFERED.compareAndSet(this, false, true);
    }

    /** This was taken from the list of arrivals. */
    void taken() {
        offered = false;
    }

    /**
     * Sets what the selector is to report, as {@link SelectionKey} names it, when this is armed next; returns whether
     * it has to be armed for that. Of the connection's turn.
     */
    boolean wants(int operations) {
        boolean changes = interest != operations;
        if (changes) {
            interest = (byte) operations;
        }
        return changes || key == null;
    }

    /** Has the selector report when the connection is ready. */
    void arm(Selector selector) throws IOException {
        SelectionKey known = key;
        try {
            if (known == null) {
                key = transport.register(selector, interest, this);
            } else {
                known.interestOps(interest);
            }
        } catch (CancelledKeyException ignored) {
            // It was closed meanwhile, and whoever did that has called the request.
        }
    }

    /** Has the selector report nothing, because the handler still runs. */
    void disarm() {
        SelectionKey known = key;
        try {
            if (known != null) {
                known.interestOps(0);
            }
        } catch (CancelledKeyException ignored) {
            // It was closed meanwhile.
        }
    }
}

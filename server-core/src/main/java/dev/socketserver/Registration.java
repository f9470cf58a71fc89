package dev.socketserver;

import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A connection's stay with a {@link Leader}.
 *
 * <pre>
 *              park                     arm
 *   BLOCKING ────────▶ WAITING TO ARM ────────▶ SELECTABLE
 *      ▲                                           │
 *      └────────────────── leave ──────────────────┘
 * </pre>
 *
 * <p>While SELECTABLE the channel does not block. Its readiness stays armed while a handler runs, since its leader does
 * not select meanwhile; only when another leader sees it ready while the handler still runs is it disarmed, and armed
 * again when the handler has returned. A handler that has to wait leaves the selector: from there to its return, reads
 * and writes block like any.
 *
 * <p>{@link #arm} and {@link #disarm} belong to the leader, the rest to the thread that serves the connection.
 */
final class Registration {
    private static final long NOT_LEADING = -1;

    private final StreamConnection connection;
    private final SocketChannel channel;
    private final Leader leader;
    private volatile @Nullable SelectionKey key; // written by the leader
    private boolean selectable; // confined to the serving thread
    private long turn = NOT_LEADING; // confined to the serving thread

    Registration(StreamConnection connection, SocketChannel channel, Leader leader) {
        this.connection = connection;
        this.channel = channel;
        this.leader = leader;
    }

    // ---- the serving thread

    /** The connection is served inside this turn of the leader's. */
    void turn(long leadersTurn) {
        turn = leadersTurn;
    }

    boolean isSelectable() {
        return selectable;
    }

    /**
     * Gives the connection, which is idle from here on, to the selector; the serving thread has no more to do with it.
     */
    void park() throws IOException {
        turn = NOT_LEADING;
        boolean toArm = !selectable;
        if (toArm) {
            channel.configureBlocking(false);
            selectable = true;
        }
        if (connection.idleInSelector() || toArm) {
            leader.offer(connection);
        }
    }

    /** The handler has to wait: gives up the lead, if it runs inside it, and lets the channel block. */
    void leave() throws IOException {
        giveUpLead();
        SelectionKey current = key;
        if (current != null) {
            current.cancel();
        }
        channel.configureBlocking(true);
        selectable = false;
    }

    /**
     * Runs what takes time to compute, and waits for nothing: not in the lead, while there is a processor for another
     * leader.
     */
    void compute(Runnable work) {
        if (turn == NOT_LEADING) {
            work.run();
        } else {
            leader.compute(work, this::giveUpLead);
        }
    }

    private void giveUpLead() {
        if (turn != NOT_LEADING) {
            leader.task().handOn(turn);
            turn = NOT_LEADING;
        }
    }

    /** The channel was closed; lets the selector give up its descriptor. */
    void closed() {
        if (key != null) {
            leader.wakeIfSelecting();
        }
    }

    // ---- the leader

    /** Arms the readiness; false if the selector has to forget an older key first. */
    boolean arm(Selector selector) throws IOException {
        try {
            SelectionKey current = key;
            if (current != null && current.isValid()) {
                current.interestOps(SelectionKey.OP_READ);
            } else {
                key = channel.register(selector, SelectionKey.OP_READ, connection);
            }
            return true;
        } catch (ClosedChannelException e) {
            return true; // closed meanwhile: there is nothing to wait for
        } catch (CancelledKeyException e) {
            return !channel.isOpen();
        }
    }

    /** Ends the readiness that was seen while a handler runs elsewhere. */
    void disarm() {
        SelectionKey current = key;
        try {
            if (current != null) {
                current.interestOps(0);
            }
        } catch (CancelledKeyException e) {
            // The connection left the selector, or closed, in the meantime: that disarms it too.
        }
    }
}

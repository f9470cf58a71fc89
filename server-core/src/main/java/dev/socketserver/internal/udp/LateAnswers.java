package dev.socketserver.internal.udp;

/**
 * Counts the late answers to a datagram, which is done when its turn has ended and the last of them was closed.
 * Thread-safe.
 *
 * <pre>
 *                 turnEnds, none open
 *   IN TURN ─────────────────────────────────────▶ DONE
 *      │ turnEnds, some open          the last closes ▲
 *      └──────────────────▶ OUTLIVING ────────────────┘
 *                                     or abort
 * </pre>
 */
final class LateAnswers {
    private int open; // guarded by this
    private boolean turnEnded; // guarded by this
    private boolean aborted; // guarded by this
    private boolean done; // guarded by this

    /** One more is open. In the turn. */
    synchronized void opens() {
        open++;
    }

    /** One is closed; returns whether the datagram is done because of that. */
    synchronized boolean closes() {
        open--;
        return isDoneNow();
    }

    /** The turn has ended for good; returns whether the datagram is done because of that. */
    synchronized boolean turnEnds() {
        turnEnded = true;
        return isDoneNow();
    }

    /** No answer is waited for any more; returns whether the datagram is done because of that. */
    synchronized boolean abort() {
        aborted = true;
        return isDoneNow();
    }

    /** Returns whether nobody has aborted them. */
    synchronized boolean isAwaited() {
        return !aborted;
    }

    private boolean isDoneNow() {
        boolean now = !done && turnEnded && (open == 0 || aborted);
        done |= now;
        return now;
    }
}

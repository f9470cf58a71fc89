package dev.socketserver.internal.stream;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Who speaks first in a server's conversations: what decides whether a new connection may wait for its first byte in
 * the selector, without a worker, or has to be handled at once. Unless the configuration says so, it is learned from
 * the first connection: by whether its handler reads or writes first.
 *
 * <pre>
 *                  setup() wrote, handle() reads first
 *             ┌───────────────────────────────────────▶ GREETING
 *   ┌─────────┐                                            │
 *   │ UNKNOWN │ handle() writes first                      ▼ handle() writes first
 *   └─────────┘───────────────────────────────────────▶ HANDLER
 *             │                                            ▲
 *             └───────────────────────────────────────▶ PEER
 *                  handle() reads first                    (to GREETING, too, if setup() writes)
 * </pre>
 *
 * <p>Thread-safe.
 */
final class FirstWords {
    /** Who speaks first. */
    enum Speaker {
        /** Not known yet: connections are handled at once. */
        UNKNOWN,
        /** The peer: a connection waits for its first byte before its handler is created. */
        PEER,
        /** The handler's {@code setup()}; then the connection waits for its first byte. */
        GREETING,
        /** The handler's {@code handle()}: it is called at once. */
        HANDLER
    }

    /** Observes who speaks first in one connection. Confined to the connection's turn. */
    static final class Witness {
        private final FirstWords told;
        private boolean handles; // handle() was called
        private boolean greeted; // setup() has written
        private boolean knows; // who speaks first, or it is of no interest

        private Witness(FirstWords told) {
            this.told = told;
            knows = !told.learns;
        }

        /** The handler is about to handle for the first time. */
        void handling(boolean hasWritten) {
            if (!knows) {
                handles = true;
                greeted = hasWritten;
            }
        }

        /** The handler reads. */
        void reads() {
            if (!knows) {
                tell(greeted ? Speaker.GREETING : Speaker.PEER);
            }
        }

        /** The handler writes. */
        void writes() {
            if (!knows) {
                tell(Speaker.HANDLER);
            }
        }

        /** The handler has returned. */
        void handled() {
            if (!knows && greeted) {
                tell(Speaker.GREETING);
            }
        }

        /** Another thread's task ran before the first message: what was written tells nothing about the handler. */
        void abstain() {
            if (!knows && !handles) {
                knows = true;
            }
        }

        private void tell(Speaker observed) {
            if (handles) {
                knows = true;
                told.learn(observed);
            }
        }
    }

    private static final Witness NOBODY = new Witness(of(Speaker.UNKNOWN));

    /** How long the accepting thread waits, once, to learn from the first connection before it goes on. */
    static final Duration PATIENCE = Duration.ofMillis(50);

    private final boolean learns;
    private volatile Speaker speaker; // written under this
    private boolean probing; // guarded by this: the first connection was handed on
    private boolean impatient; // guarded by this: the accepting thread has waited for it

    private FirstWords(Speaker speaker, boolean learns) {
        this.speaker = speaker;
        this.learns = learns;
    }

    /** Returns one that knows, and never changes its mind. */
    static FirstWords of(Speaker speaker) {
        return new FirstWords(speaker, false);
    }

    /** Returns one that learns. */
    static FirstWords learning() {
        return new FirstWords(Speaker.UNKNOWN, true);
    }

    Speaker speaker() {
        return speaker;
    }

    /** Returns whether the configuration says that the peer speaks first. */
    boolean isPeerExpected() {
        return !learns && speaker == Speaker.PEER;
    }

    /** Returns what observes one more connection. */
    Witness witness() {
        return learns && speaker != Speaker.HANDLER ? new Witness(this) : NOBODY;
    }

    /**
     * Waits a moment for what the first connection tells, so that many silent peers that come at once do not each get a
     * worker. For the accepting thread, which is about to hand on a connection.
     */
    void awaitFirst() {
        if (speaker == Speaker.UNKNOWN) {
            awaitKnown();
        }
    }

    private synchronized void awaitKnown() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (probing && !impatient && speaker == Speaker.UNKNOWN) {
                long left = end - System.nanoTime();
                impatient = left <= 0;
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // for the accepting thread, which it is to end
        }
        probing = true;
    }

    /** Notes what was observed of a handler. */
    synchronized void learn(Speaker observed) {
        if (learns && observed.compareTo(speaker) > 0) {
            speaker = observed;
            notifyAll();
        }
    }

    /** Notes that the first connection waits for its peer, or has ended. */
    void leave() {
        if (speaker == Speaker.UNKNOWN) {
            endProbe();
        }
    }

    private synchronized void endProbe() {
        probing = false;
        notifyAll();
    }
}

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
        private boolean reading; // it has begun to read, before it wrote anything in handle()
        private long receivedBefore; // how many bytes had been received when handle() was called
        private boolean knows; // who speaks first, or it is of no interest

        private Witness(FirstWords told) {
            this.told = told;
            knows = !told.learns;
        }

        /** The handler is about to handle for the first time. */
        void handling(boolean hasWritten, long received) {
            if (!knows) {
                handles = true;
                greeted = hasWritten;
                receivedBefore = received;
            }
        }

        /** The handler reads; in {@code setup()}, it needs its peer there, and its worker if it has written before. */
        void reads(boolean hasWritten) {
            if (!knows && !reading) {
                reading = handles;
                if (handles) {
                    told.learn(greeted ? Speaker.GREETING : Speaker.PEER);
                } else {
                    tell(hasWritten ? Speaker.HANDLER : Speaker.PEER);
                }
            }
        }

        /** The handler writes; if it has begun to read, but nothing came, it is still the first to speak. */
        void writes(long received) {
            if (!knows && handles) {
                if (reading && received != receivedBefore) {
                    knows = true;
                } else {
                    tell(Speaker.HANDLER);
                }
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
            knows = true;
            told.learn(observed);
        }
    }

    /** How long the accepting thread waits with a connection to learn from the first one before it goes on. */
    static final Duration PATIENCE = Duration.ofMillis(50);

    /** How long it does so in all: on a busy machine the first handler may need many times the patience. */
    static final Duration PATIENCE_IN_ALL = Duration.ofSeconds(1);

    private static final Witness NOBODY = new Witness(of(Speaker.UNKNOWN));

    private final boolean learns;
    private volatile Speaker speaker; // written under this
    private boolean probing; // guarded by this: the first connection was handed on
    private long patienceLeft = PATIENCE_IN_ALL.toNanos(); // guarded by this: of the accepting thread

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

    /** Returns whether a handler is called at once, as it speaks first, or may. */
    boolean startsAtOnce() {
        Speaker now = speaker;
        return now == Speaker.HANDLER || now == Speaker.UNKNOWN;
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
        long begin = System.nanoTime();
        long patience = Math.min(PATIENCE.toNanos(), patienceLeft);
        try {
            long left = patience;
            while (probing && speaker == Speaker.UNKNOWN && left > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
                left = begin + patience - System.nanoTime();
            }
            patienceLeft -= System.nanoTime() - begin;
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

package dev.socketserver.internal.stream;

import dev.socketserver.internal.buffer.ChannelInput;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Knows which side speaks first in a server's protocol. This decides whether a new connection may wait for its first
 * byte in the selector, without a worker, or must be handled at once. Unless it is configured, it is learned from the
 * first connection: from whether its handler reads or writes first.
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
    /** The side that speaks first. */
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

    /**
     * Observes which side speaks first on one connection. Confined to the connection's turn.
     *
     * <p>A handler that has looked at its input and then writes speaks first if nothing was there, and not if it has
     * consumed something. Where something was there that it has not consumed, the write may be an answer that consumes
     * the bytes by itself, as an echo of the buffer does, or a greeting: what the handler does next tells.
     */
    static final class Witness {
        private final FirstWords told;
        private boolean handles; // handle() was called
        private boolean greeted; // setup() has written
        private boolean reading; // the handler has begun to read before writing in handle()
        private boolean undecided; // it has written, with bytes there that it had not consumed
        private long receivedBefore; // number of bytes received when handle() was called
        private long consumedBefore; // how many of these the handler had consumed in setup()
        private boolean knows; // the speaker is known or irrelevant

        private Witness(FirstWords told) {
            this.told = told;
            knows = !told.learns;
        }

        /** Called before the handler is called for the first time. */
        void handling(boolean hasWritten, ChannelInput in) {
            if (!knows) {
                handles = true;
                greeted = hasWritten;
                receivedBefore = in.received();
                consumedBefore = in.taken();
            }
        }

        /**
         * Called when the handler reads. A handler that reads in {@code setup()} needs its peer there, and its worker
         * if it has written before.
         */
        void reads(boolean hasWritten, ChannelInput in) {
            settle(in);
            if (!knows && !reading) {
                reading = handles;
                if (handles) {
                    told.learn(greeted ? Speaker.GREETING : Speaker.PEER);
                } else {
                    tell(hasWritten ? Speaker.HANDLER : Speaker.PEER);
                }
            }
        }

        /**
         * Called when the handler writes. If it has begun to read but nothing has arrived, it still speaks first.
         *
         * @param last whether that is a last word: nothing comes any more
         */
        void writes(ChannelInput in, boolean last) {
            settle(in);
            if (knows || !handles) {
                return;
            }
            if (reading && (hasTaken(in) || last)) {
                knows = true;
            } else if (reading && in.unread() > 0) {
                undecided = true;
            } else {
                tell(Speaker.HANDLER);
            }
        }

        /** Returns whether the handler has waited for bytes that came, or consumed some, since it was called. */
        private boolean hasTaken(ChannelInput in) {
            return in.received() != receivedBefore || in.taken() != consumedBefore;
        }

        private void settle(ChannelInput in) {
            if (knows || !undecided) {
                return;
            }
            if (hasTaken(in)) {
                knows = true;
            } else {
                tell(Speaker.HANDLER);
            }
        }

        /** The handler has returned; returns what observes the connection from here on. */
        Witness handled(ChannelInput in) {
            settle(in);
            if (!knows && greeted) {
                tell(Speaker.GREETING);
            }
            return knows ? NOBODY : this;
        }

        /**
         * Called when another thread's task has run before the first message: what was written then does not
         * characterize the handler.
         */
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

    /** How long the accepting thread delays a connection to learn from the first one. */
    static final Duration PATIENCE = Duration.ofMillis(50);

    /** The total of these delays: on a busy machine, the first handler may take many times as long. */
    static final Duration PATIENCE_IN_ALL = Duration.ofSeconds(1);

    private static final Witness NOBODY = new Witness(of(Speaker.UNKNOWN));

    private final boolean learns;
    private volatile Speaker speaker; // written under this
    private boolean probing; // guarded by this: the first connection was passed on
    private long patienceLeft = PATIENCE_IN_ALL.toNanos(); // guarded by this: remaining total delay

    private FirstWords(Speaker speaker, boolean learns) {
        this.speaker = speaker;
        this.learns = learns;
    }

    /** Returns an instance with a fixed answer. */
    static FirstWords of(Speaker speaker) {
        return new FirstWords(speaker, false);
    }

    /** Returns an instance that learns. */
    static FirstWords learning() {
        return new FirstWords(Speaker.UNKNOWN, true);
    }

    Speaker speaker() {
        return speaker;
    }

    /** Returns whether a handler is called at once, because it speaks first or may do so. */
    boolean startsAtOnce() {
        Speaker now = speaker;
        return now == Speaker.HANDLER || now == Speaker.UNKNOWN;
    }

    /** Returns whether the peer is configured to speak first. */
    boolean isPeerExpected() {
        return !learns && speaker == Speaker.PEER;
    }

    /** Returns an observer of a further connection. */
    Witness witness() {
        return learns && speaker != Speaker.HANDLER ? new Witness(this) : NOBODY;
    }

    /**
     * Waits briefly for the result of the first connection, so that many silent peers that connect at once do not each
     * get a worker. Called by the accepting thread before it passes a connection on.
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
            Thread.currentThread().interrupt(); // for the accepting thread, which the interrupt is meant to end
        }
        probing = true;
    }

    /** Records the observation of a handler. */
    synchronized void learn(Speaker observed) {
        if (learns && observed.compareTo(speaker) > 0) {
            speaker = observed;
            notifyAll();
        }
    }

    /** Records that the first connection waits for its peer, or has ended. */
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

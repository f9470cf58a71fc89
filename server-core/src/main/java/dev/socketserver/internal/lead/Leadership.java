package dev.socketserver.internal.lead;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Decides which thread may select and run ready connections. The state is one word: a single compare-and-set decides
 * between a leader that returns from a turn and the watchdog that takes the lead away.
 *
 * <pre>
 *                begin (leader)
 *     ┌─────────┐ ───────────▶ ┌─────────┐
 *     │ LEADING │              │ RUNNING │
 *     └─────────┘ ◀─────────── └─────────┘
 *        ▲    │   end (leader)      │
 *   take │    │ giveUp (leader)     │ giveUp (leader, about to block; or watchdog, when the turn took too long)
 *        │    ▼                     │
 *     ┌─────────┐                   │
 *     │ VACANT  │ ◀─────────────────┘
 *     └─────────┘
 * </pre>
 *
 * <p>Every transition increments the turn counter in the word, so no word value ever recurs: a replaced leader cannot
 * mistake another leader's turn for its own. Thread-safe.
 */
public final class Leadership {
    private static final int STATE_BITS = 2;
    private static final long STATE = (1 << STATE_BITS) - 1;
    private static final long TURN = 1 << STATE_BITS;
    private static final long VACANT = 0;
    private static final long LEADING = 1;
    private static final long RUNNING = 2;

    private static final VarHandle WORD;

    static {
        try {
            WORD = MethodHandles.lookup().findVarHandle(Leadership.class, "word", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("FieldMayBeFinal")
    private volatile long word = VACANT; // written through WORD

    private static long next(long from, long state) {
        return (from & ~STATE) + TURN + state;
    }

    /** Takes a vacant lead; returns true for one caller. */
    public boolean take() {
        long seen = word;
        return isVacant(seen) && WORD.compareAndSet(this, seen, next(seen, LEADING));
    }

    /**
     * Begins a turn, which the leader must {@link #end} in any case. No other thread changes the word while it is
     * LEADING, so a plain write is enough.
     */
    public long begin() {
        long turn = next((long) WORD.get(this), RUNNING);
        WORD.setRelease(this, turn);
        return turn;
    }

    /** Ends a turn; returns false if the lead was taken away during the turn. */
    public boolean end(long turn) {
        return WORD.compareAndSet(this, turn, next(turn, LEADING));
    }

    /** Makes the lead vacant, from inside a turn or because the turn takes too long; returns true for one caller. */
    public boolean giveUp(long turn) {
        return WORD.compareAndSet(this, turn, next(turn, VACANT));
    }

    /** Makes the lead vacant; for the leader, between two turns. */
    public void giveUp() {
        WORD.setRelease(this, next((long) WORD.get(this), VACANT));
    }

    /** Returns the word, for comparison with a later one or for {@link #giveUp(long)}. */
    public long seen() {
        return word;
    }

    /** Returns how often the word has changed between two observations. */
    public static long changes(long earlier, long later) {
        return (later >> STATE_BITS) - (earlier >> STATE_BITS);
    }

    /** Returns whether the leader was in a turn when the word was observed. */
    public static boolean isRunning(long seen) {
        return (seen & STATE) == RUNNING;
    }

    /** Returns whether the lead was vacant when the word was observed. */
    public static boolean isVacant(long seen) {
        return (seen & STATE) == VACANT;
    }
}

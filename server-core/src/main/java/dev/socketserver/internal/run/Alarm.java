package dev.socketserver.internal.run;

import org.jspecify.annotations.Nullable;

/**
 * Something that is to happen at a certain time unless the time is put off, as happens to most deadlines. Putting it
 * off costs one write; see {@link TimingWheel}.
 */
public abstract class Alarm {
    /** Never. */
    static final long NEVER = Long.MIN_VALUE;

    /** Of an alarm that is in no slot. */
    static final int NO_SLOT = -1;

    /** Neighbours in the wheel's slot; guarded by the wheel. */
    @Nullable
    Alarm next;

    @Nullable
    Alarm previous;

    /** The next of those that ring, before this one rings; the housekeeper's. */
    @Nullable
    Alarm nextRinging;

    /** The slot that it is in; written by the wheel, under its monitor. */
    volatile int slot = NO_SLOT;

    /** When the slot is looked at next, on the nanoTime clock; written by the wheel, under its monitor. */
    volatile long slotTime;

    /** When it is due, on the nanoTime clock, or {@link #NEVER}. */
    private volatile long due = NEVER;

    /** Returns when it is due, on the {@code nanoTime} clock. */
    final long due() {
        return due;
    }

    /** Sets when it is due. */
    final void due(long at) {
        due = at;
    }

    /** Is called when it is due, on the housekeeper; must not block. */
    protected abstract void ring();
}

package dev.socketserver.internal.run;

import org.jspecify.annotations.Nullable;

/**
 * An action that runs at a certain time unless it is postponed, as most deadlines are. Postponing it costs one write;
 * see {@link TimingWheel}.
 */
public abstract class Alarm {
    /** Never. */
    static final long NEVER = Long.MIN_VALUE;

    /** The slot number of an alarm that is in no slot. */
    static final int NO_SLOT = -1;

    /** Neighbours in the wheel's slot; guarded by the wheel. */
    @Nullable
    Alarm next;

    @Nullable
    Alarm previous;

    /** The next ringing alarm, until this one has rung; confined to the housekeeper. */
    @Nullable
    Alarm nextRinging;

    /** The slot that contains it; written by the wheel, under its monitor. */
    volatile int slot = NO_SLOT;

    /** When the slot is checked next, on the nanoTime clock; written by the wheel, under its monitor. */
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

    /** Called by the housekeeper when the alarm is due; must not block. */
    protected abstract void ring();
}

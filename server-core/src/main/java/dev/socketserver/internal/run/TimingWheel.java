package dev.socketserver.internal.run;

import org.jspecify.annotations.Nullable;

/**
 * The deadlines of all requests: a hashed timing wheel (Varghese and Lauck, "Hashed and Hierarchical Timing Wheels",
 * 1987), which the housekeeper advances. A postponed alarm stays in its slot, and moves to another one when the wheel
 * reaches it; so a connection with an idle timeout of a minute is checked about once a minute, however often it is
 * used.
 *
 * <p>Setting and cancelling an alarm take constant time and one common lock, which postponing does not take. A tick
 * checks only the alarms of one slot, so each alarm is checked once per revolution of the wheel, 51 s, until it is due.
 * Ten thousand alarms therefore cost about ten checks per tick, however far ahead they are.
 *
 * <p>Thread-safe.
 */
final class TimingWheel extends Alarms {
    private static final int SLOTS = 1024; // a power of two: 51 s

    /** The time of the next turn while the wheel is empty. */
    static final long NONE = Long.MIN_VALUE;

    private final @Nullable Alarm[] slots = new Alarm[SLOTS]; // guarded by this
    private final long start = System.nanoTime();
    private long turned; // guarded by this: the number of ticks so far
    private int count; // guarded by this
    private long nextTurn = NONE; // guarded by this: when the housekeeper turns the wheel next
    private Runnable sooner = () -> {}; // set before the first alarm
    private @Nullable Alarm ringing; // confined to the housekeeper: the first alarm that is due and has not rung

    /** Sets what to run when the wheel must be turned earlier than {@link #nextTurn} has said; must not block. */
    void onSooner(Runnable action) {
        sooner = action;
    }

    @Override
    public long now() {
        return System.nanoTime();
    }

    /**
     * Sets the alarm to ring at a time, instead of at the time set before. Takes no lock if the new time is later. This
     * method writes the alarm's time before it reads the slot's time; the wheel writes the slot's time before it reads
     * the alarm's: at least one of the two sees the other's write.
     */
    @Override
    public void setAt(Alarm alarm, long at) {
        alarm.due(at == Alarm.NEVER ? at + 1 : at);
        if (alarm.slot == Alarm.NO_SLOT || at - alarm.slotTime < 0) {
            synchronized (this) {
                remove(alarm);
                if (count == 0) {
                    catchUp();
                }
                insert(alarm, at);
                if (nextTurn == NONE || alarm.slotTime - nextTurn < 0) {
                    nextTurn = alarm.slotTime;
                    sooner.run();
                }
            }
        }
    }

    /** Sets an empty wheel, which nobody turns, to the current time. */
    private void catchUp() {
        turned = Math.max(turned, Math.floorDiv(System.nanoTime() - start, TICK.toNanos()));
    }

    /**
     * Returns when the wheel must be turned next, on the {@code nanoTime} clock, or {@link #NONE} while it is empty. An
     * alarm that is due earlier than this runs {@link #onSooner}. Called by the housekeeper.
     */
    synchronized long nextTurn() {
        nextTurn = ringing != null ? start + (turned + 1) * TICK.toNanos() : NONE;
        for (int i = 1; count > 0 && nextTurn == NONE && i <= SLOTS; i++) {
            if (slots[(int) ((turned + i) & (SLOTS - 1))] != null) {
                nextTurn = start + (turned + i) * TICK.toNanos();
            }
        }
        return nextTurn;
    }

    @Override
    public void silence(Alarm alarm) {
        alarm.due(Alarm.NEVER);
    }

    @Override
    public synchronized void cancel(Alarm alarm) {
        alarm.due(Alarm.NEVER);
        remove(alarm);
    }

    /** Returns the number of alarms. */
    synchronized int size() {
        return count;
    }

    private void insert(Alarm alarm, long at) {
        long tick = Math.floorDiv(at - start, TICK.toNanos()) + 1;
        long first = turned + 1;
        long wanted = Math.min(Math.max(tick, first), turned + SLOTS);
        int slot = (int) (wanted & (SLOTS - 1));
        Alarm head = slots[slot];
        alarm.slotTime = start + wanted * TICK.toNanos();
        alarm.slot = slot;
        alarm.next = head;
        if (head != null) {
            head.previous = alarm;
        }
        slots[slot] = alarm;
        count++;
    }

    private void remove(Alarm alarm) {
        if (alarm.slot == Alarm.NO_SLOT) {
            return;
        }
        Alarm before = alarm.previous;
        Alarm after = alarm.next;
        if (before == null) {
            slots[alarm.slot] = after;
        } else {
            before.next = after;
        }
        if (after != null) {
            after.previous = before;
        }
        alarm.previous = null;
        alarm.next = null;
        alarm.slot = Alarm.NO_SLOT;
        count--;
    }

    /**
     * Advances the wheel to the current time and rings the alarms that are due. If ringing one fails, no alarm is lost:
     * that one rings again a tick later, and the others at the next call. Allocates nothing. Called by the housekeeper.
     */
    void turn(long now) {
        long target = Math.floorDiv(now - start, TICK.toNanos());
        do {
            ringAll();
        } while (turnOnce(target, now));
    }

    private void ringAll() {
        for (Alarm first = ringing; first != null; first = ringing) {
            ringing = first.nextRinging;
            first.nextRinging = null;
            boolean rung = false;
            try {
                first.ring();
                rung = true;
            } finally {
                if (!rung) {
                    set(first, TICK.toNanos());
                }
            }
        }
    }

    private synchronized boolean turnOnce(long target, long now) {
        if (turned >= target) {
            return false;
        }
        turned = Math.max(turned + 1, target - SLOTS + 1);
        Alarm alarm = slots[(int) (turned & (SLOTS - 1))];
        while (alarm != null) {
            Alarm after = alarm.next;
            long due = alarm.due();
            remove(alarm);
            if (due != Alarm.NEVER && due - now <= 0) {
                alarm.nextRinging = ringing;
                ringing = alarm;
            } else {
                moveOn(alarm, due, now);
            }
            alarm = after;
        }
        return true;
    }

    private void moveOn(Alarm alarm, long seen, long now) {
        long due = seen;
        insert(alarm, due == Alarm.NEVER ? now + TICK.toNanos() * SLOTS : due);
        for (long set = alarm.due(); set != due; set = alarm.due()) {
            due = set;
            if (due != Alarm.NEVER && due - alarm.slotTime < 0) {
                remove(alarm);
                insert(alarm, due);
            }
        }
    }
}

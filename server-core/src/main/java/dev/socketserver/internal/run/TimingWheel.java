package dev.socketserver.internal.run;

import org.jspecify.annotations.Nullable;

/**
 * The deadlines of all requests: a hashed timing wheel (Varghese and Lauck, "Hashed and Hierarchical Timing Wheels",
 * 1987), which the housekeeper turns. An alarm that is put off stays in its slot, and moves on when the wheel gets
 * there; so a connection with an idle timeout of a minute is looked at about once a minute, however often it is used.
 *
 * <p>Setting and cancelling an alarm take constant time, however many there are, and one lock for all, which putting
 * off does not take. A tick looks only at the alarms of one slot: at each once in a turn of the wheel, 51 s, until it
 * is due. So ten thousand alarms, however far ahead, cost some ten looks a tick.
 *
 * <p>Thread-safe.
 */
final class TimingWheel extends Alarms {
    private static final int SLOTS = 1024; // a power of two: 51 s

    private final @Nullable Alarm[] slots = new Alarm[SLOTS]; // guarded by this
    private final long start = System.nanoTime();
    private long turned; // guarded by this: how many ticks the wheel has made
    private int count; // guarded by this
    private @Nullable Alarm ringing; // the housekeeper's: the first of those that are due and have not rung

    @Override
    public long now() {
        return System.nanoTime();
    }

    /**
     * Lets the alarm ring at that time, and no more at the time set before. Takes no lock if that is later. Writes the
     * time before it reads the slot's, as the wheel writes the slot's before it reads the time: one of the two sees the
     * other.
     */
    @Override
    public void setAt(Alarm alarm, long at) {
        alarm.due(at == Alarm.NEVER ? at + 1 : at);
        if (alarm.slot == Alarm.NO_SLOT || at - alarm.slotTime < 0) {
            synchronized (this) {
                remove(alarm);
                insert(alarm, at);
            }
        }
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

    /** Returns how many alarms there are. */
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
     * Turns the wheel up to now, and lets ring what is due. If ringing fails, no alarm is lost: that one rings again a
     * tick later, and the others when this is called next. Allocates nothing. For the housekeeper.
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

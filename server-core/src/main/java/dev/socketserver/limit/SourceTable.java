package dev.socketserver.limit;

import dev.socketserver.limit.SourceLimits.WhenFull;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * Counts the concurrent connections and the connection rate of each source, and decides which are admitted. All memory
 * is allocated when the table is created, 44 to 48 bytes per source of the capacity. Thread-safe.
 *
 * <p>A source is known from the moment it is admitted until it has no connection and its token bucket is full again:
 * dropping its record then changes nothing. No other record is ever dropped, so a source cannot evict its record by
 * filling the table.
 *
 * <pre>
 *                    admitted                      closed, the last one
 *   (not known) ──────────────────► connected ◄───────────────────────────► waiting
 *        ▲                                         admitted                    │
 *        └─────────────────────────────────────────────────────────────────────┘
 *                    forgotten, once its bucket is full
 * </pre>
 *
 * <p>Waiting records are in a queue, in the order in which they began to wait. Only the first one is checked, so a
 * record is dropped at most {@code burst / rate} after the source's last connection, if another source needs its slot.
 */
public final class SourceTable {
    private static final int NONE = -1;

    private final LongSupplier nanoTime;
    private final SipHash hash;
    private final PrefixLengths prefixes;
    private final int capacity;

    private SourceLimits limits; // guarded by this; its prefixes and capacity never change
    private long interval; // guarded by this; 0 without a limit
    private long refill; // guarded by this; 0 without a limit

    // A record is a number, by which these are indexed; all guarded by this.
    private final long[] high;
    private final long[] low;
    private final long[] fullAt; // when its bucket is full, on the clock
    private final int[] connections;
    private final int[] next; // in its chain, or in the list of free records
    private final int[] earlier; // in the queue of those that wait
    private final int[] later;

    private final int[] chains; // the first record of each; guarded by this
    private int free = NONE; // the first of the free records that were used before; guarded by this
    private int unused; // records from here on were never used; guarded by this
    private int first = NONE; // of the queue; guarded by this
    private int last = NONE; // of the queue; guarded by this
    private int size; // guarded by this

    /** Creates an empty table. */
    public SourceTable(SourceLimits limits) {
        this(limits, System::nanoTime);
    }

    /**
     * Creates an empty table.
     *
     * @param nanoTime the clock, as {@link System#nanoTime}
     */
    public SourceTable(SourceLimits limits, LongSupplier nanoTime) {
        this(limits, nanoTime, SipHash.random());
    }

    SourceTable(SourceLimits limits, LongSupplier nanoTime, SipHash hash) {
        this.limits = limits;
        this.nanoTime = nanoTime;
        this.hash = hash;
        applyRate();
        prefixes = limits.prefixes();
        capacity = limits.capacity();
        high = new long[capacity];
        low = new long[capacity];
        fullAt = new long[capacity];
        connections = new int[capacity];
        next = new int[capacity];
        earlier = new int[capacity];
        later = new int[capacity];
        chains = new int[chains(capacity)];
        Arrays.fill(chains, NONE);
    }

    private void applyRate() {
        RateLimit rate = limits.rate();
        interval = rate == null ? 0 : rate.intervalNanos();
        refill = rate == null ? 0 : rate.refillNanos();
    }

    /** Returns the number of chains: the smallest power of two that is at least the capacity. */
    private static int chains(int capacity) {
        return capacity == 1 ? 1 : Integer.highestOneBit(capacity - 1) << 1;
    }

    /** Returns the memory that a table takes in bytes, not including less than 1 kB for the objects. */
    public static long memory(int capacity) {
        return capacity * (3L * Long.BYTES + 4L * Integer.BYTES) + (long) chains(capacity) * Integer.BYTES;
    }

    /** Returns the limits. */
    public synchronized SourceLimits limits() {
        return limits;
    }

    /**
     * Changes the limits. Open connections stay open and keep counting; a source that has used more than the new burst
     * begins with an empty bucket.
     *
     * @throws IllegalArgumentException if the prefixes or the capacity differ from the present ones
     */
    public synchronized void limits(SourceLimits changed) {
        if (!changed.prefixes().equals(prefixes) || changed.capacity() != capacity) {
            throw new IllegalArgumentException(
                    "prefixes and capacity must stay " + prefixes + " and " + capacity + ": " + changed);
        }
        limits = changed;
        applyRate();
        long now = nanoTime.getAsLong();
        for (int record = 0; record < unused; record++) {
            fullAt[record] = now + Math.min(refill, fullAt[record] - now);
        }
    }

    /** Returns the source of an address. */
    public AddressPrefix sourceOf(InetAddress address) {
        return prefixes.prefixOf(address);
    }

    /**
     * Admits or rejects a connection. If the result is {@link Admission#ADMITTED}, {@link #close} must be called once.
     *
     * @throws IllegalArgumentException if the prefix does not have the configured length
     */
    public Admission open(AddressPrefix source) {
        return admit(source, 1);
    }

    /**
     * Admits or rejects something without a duration, such as a datagram. Nothing has to be closed afterwards.
     *
     * @throws IllegalArgumentException if the prefix does not have the configured length
     */
    public Admission admit(AddressPrefix source) {
        return admit(source, 0);
    }

    private synchronized Admission admit(AddressPrefix source, int lasting) {
        int chain = chain(source);
        int record = find(source, chain);
        long now = nanoTime.getAsLong();
        if (record == NONE) {
            forgetFirst(now);
            forgetFirst(now); // two for one, so that the table shrinks after an attack
            if (size == capacity) {
                return limits.whenFull() == WhenFull.ADMIT ? Admission.UNTRACKED : Admission.TABLE_FULL;
            }
            record = add(source, chain, now);
        } else if (lasting > 0 && connections[record] >= limits.maxConnections()) {
            return Admission.TOO_MANY_CONNECTIONS;
        }
        long after = TokenBucket.after(fullAt[record], now, interval);
        if (after - now > refill) {
            return Admission.TOO_FREQUENT;
        }
        fullAt[record] = after;
        if (connections[record] == 0) {
            leaveQueue(record);
        }
        connections[record] += lasting;
        if (connections[record] == 0) {
            joinQueue(record);
        }
        return Admission.ADMITTED;
    }

    /**
     * Records that an admitted connection has ended.
     *
     * @throws IllegalStateException if no connection of the source is open
     */
    public synchronized void close(AddressPrefix source) {
        int record = find(source, chain(source));
        if (record == NONE || connections[record] == 0) {
            throw new IllegalStateException("no connection of " + source + " is open");
        }
        connections[record]--;
        if (connections[record] == 0) {
            joinQueue(record);
        }
    }

    /** Returns the number of open connections of a source. */
    public synchronized int connections(AddressPrefix source) {
        int record = find(source, chain(source));
        return record == NONE ? 0 : connections[record];
    }

    /** Returns the number of known sources. */
    public synchronized int size() {
        return size;
    }

    private int chain(AddressPrefix source) {
        if (!prefixes.match(source)) {
            throw new IllegalArgumentException("the prefix of a source must be of length " + prefixes + ": " + source);
        }
        return (int) hash.hash(source.high(), source.low()) & (chains.length - 1);
    }

    private int find(AddressPrefix source, int chain) {
        int record = chains[chain];
        while (record != NONE && (high[record] != source.high() || low[record] != source.low())) {
            record = next[record];
        }
        return record;
    }

    /** Adds a record with a full bucket to the queue of waiting ones. */
    private int add(AddressPrefix source, int chain, long now) {
        int record = free;
        if (record == NONE) {
            record = unused++;
        } else {
            free = next[record];
        }
        high[record] = source.high();
        low[record] = source.low();
        fullAt[record] = now;
        next[record] = chains[chain];
        chains[chain] = record;
        joinQueue(record);
        size++;
        return record;
    }

    /** Removes the record that has waited longest, if its bucket is full again. */
    private void forgetFirst(long now) {
        int record = first;
        if (record == NONE || fullAt[record] - now > 0) {
            return;
        }
        leaveQueue(record);
        int chain = (int) hash.hash(high[record], low[record]) & (chains.length - 1);
        int before = chains[chain];
        if (before == record) {
            chains[chain] = next[record];
        } else {
            while (next[before] != record) {
                before = next[before];
            }
            next[before] = next[record];
        }
        next[record] = free;
        free = record;
        size--;
    }

    private void joinQueue(int record) {
        earlier[record] = last;
        later[record] = NONE;
        if (last == NONE) {
            first = record;
        } else {
            later[last] = record;
        }
        last = record;
    }

    private void leaveQueue(int record) {
        if (earlier[record] == NONE) {
            first = later[record];
        } else {
            later[earlier[record]] = later[record];
        }
        if (later[record] == NONE) {
            last = earlier[record];
        } else {
            earlier[later[record]] = earlier[record];
        }
    }
}

package dev.socketserver.examples.redis;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Strings and lists by their keys, some of which expire. Each operation on a key is atomic, as the map's entries are
 * computed: nobody else changes a list meanwhile, or looks into it. Thread-safe.
 */
public final class Database {
    static final int LONGEST = Resp.LONGEST; // string that APPEND makes
    private static final long NEVER = Long.MAX_VALUE;

    /** A string or a list, and when it expires. */
    private record Entry(@Nullable String text, @Nullable Deque<String> list, long expiresAt) {
        String string() {
            return of(text);
        }

        Deque<String> values() {
            return of(list);
        }

        private static <T> T of(@Nullable T value) {
            if (value == null) {
                throw new RedisException("WRONGTYPE Operation against a key holding the wrong kind of value");
            }
            return value;
        }
    }

    private final ConcurrentHashMap<String, Entry> entries = new ConcurrentHashMap<>();
    private final LongSupplier nanoTime;
    private final long start;

    /** Creates an empty one with a clock such as {@code System::nanoTime}. */
    public Database(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        start = nanoTime.getAsLong();
    }

    private long now() {
        return nanoTime.getAsLong() - start;
    }

    private long after(@Nullable Duration time) {
        return time == null ? NEVER : now() + time.toNanos();
    }

    private @Nullable Entry live(@Nullable Entry entry) {
        return entry == null || (entry.expiresAt != NEVER && entry.expiresAt <= now()) ? null : entry;
    }

    private @Nullable Entry find(String key) {
        return live(entries.get(key));
    }

    // ---- keys

    int size() {
        return entries.size();
    }

    void clear() {
        entries.clear();
    }

    boolean remove(String key) {
        return live(entries.remove(key)) != null;
    }

    String type(String key) {
        Entry entry = find(key);
        if (entry == null) {
            return "none";
        }
        return entry.text == null ? "list" : "string";
    }

    /** Has a key no longer expire; returns whether it would have. */
    boolean persist(String key) {
        var done = new AtomicReference<>(false);
        entries.computeIfPresent(key, (k, known) -> {
            Entry entry = live(known);
            done.setPlain(entry != null && entry.expiresAt != NEVER);
            return entry == null ? null : new Entry(entry.text, entry.list, NEVER);
        });
        return done.getPlain();
    }

    /** Has a key expire after a time; returns whether there is one. */
    boolean expire(String key, Duration time) {
        long at = after(time);
        return entries.computeIfPresent(key, (k, known) -> {
                    Entry entry = live(known);
                    return entry == null ? null : new Entry(entry.text, entry.list, at);
                })
                != null;
    }

    /** Returns after how many milliseconds a key expires; -1 if it does not, -2 if there is none. */
    long millisLeft(String key) {
        Entry entry = find(key);
        if (entry == null) {
            return -2;
        }
        return entry.expiresAt == NEVER
                ? -1
                : Duration.ofNanos(entry.expiresAt - now()).toMillis();
    }

    /** Forgets what has expired and nobody has asked for since; to be called now and then. */
    public void sweep() {
        entries.values().removeIf(entry -> live(entry) == null);
    }

    // ---- strings

    @Nullable
    String get(String key) {
        Entry entry = find(key);
        return entry == null ? null : entry.string();
    }

    void set(String key, String value) {
        entries.put(key, new Entry(value, null, NEVER));
    }

    /**
     * Sets a key, which then expires after a time unless that is null.
     *
     * @param wanted says whether to do so if the key is there, or is not
     * @return whether it was done
     */
    boolean setIf(Predicate<Boolean> wanted, String key, String value, @Nullable Duration time) {
        var done = new AtomicReference<>(false);
        entries.compute(key, (k, known) -> {
            boolean asWanted = wanted.test(live(known) != null);
            done.setPlain(asWanted);
            return asWanted ? new Entry(value, null, after(time)) : known;
        });
        return done.getPlain();
    }

    /** Replaces a string, or that of a missing key, by what is made of it, which is returned. */
    String update(String key, String missing, UnaryOperator<String> change) {
        Entry changed = entries.compute(key, (k, known) -> {
            Entry entry = live(known);
            return entry == null
                    ? new Entry(change.apply(missing), null, NEVER)
                    : new Entry(change.apply(entry.string()), null, entry.expiresAt);
        });
        return changed.string();
    }

    // ---- lists

    /** Does something with a list, which is empty if there is none, and none afterwards if it is empty. */
    <T> T withList(String key, Function<Deque<String>, T> action) {
        var result = new AtomicReference<T>();
        entries.compute(key, (k, known) -> {
            Entry live = live(known);
            Entry entry = live == null ? new Entry(null, new ArrayDeque<>(), NEVER) : live;
            result.setPlain(action.apply(entry.values()));
            return entry.values().isEmpty() ? null : entry;
        });
        return result.getPlain();
    }
}

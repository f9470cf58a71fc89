package dev.socketserver.interleavings;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What waits for a thread: a queue that others end when there will be no more. Thread-safe. */
public final class Work<T> {
    private final ArrayDeque<T> waiting = new ArrayDeque<>(); // guarded by this
    private boolean ended; // guarded by this

    /** Creates an empty queue. */
    public Work() {}

    /** Adds an element. */
    public synchronized void add(T element) {
        waiting.add(element);
        notifyAll();
    }

    /** Lets {@link #forEach} return when it has taken what is there. */
    public synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** Takes each element, in order, until the end, and waits for more. */
    public void forEach(Consumer<T> action) {
        for (T next = take(true); next != null; next = take(true)) {
            action.accept(next);
        }
    }

    /** Takes each element that is there. */
    public void drain(Consumer<T> action) {
        for (T next = take(false); next != null; next = take(false)) {
            action.accept(next);
        }
    }

    private synchronized @Nullable T take(boolean waits) {
        while (waits && waiting.isEmpty() && !ended) {
            try {
                wait();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        return waiting.poll();
    }
}

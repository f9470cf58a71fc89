package dev.socketserver.task;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The outcomes of a computation on many items, in order of completion. Items are put into the pool as outcomes are
 * taken, so that neither an endless source nor a slow consumer fills the memory. Confined to the consuming thread, but
 * for the outcomes, which the workers add.
 */
final class CompletionIterator<A, T extends @Nullable Object> implements Iterator<Outcome<A, T>>, AutoCloseable {
    private final WorkQueue queue;
    private final Collector collector;
    private final Iterator<? extends A> items;
    private final Computation<? super A, ? extends T> computation;
    private final Queue<Outcome<A, T>> outcomes = new ConcurrentLinkedQueue<>();
    private int outstanding;
    private boolean closed;

    CompletionIterator(
            WorkQueue queue,
            Collector collector,
            Iterable<? extends A> items,
            Computation<? super A, ? extends T> computation) {
        this.queue = queue;
        this.collector = collector;
        this.items = items.iterator();
        this.computation = computation;
    }

    /** Returns the outcomes as a stream that closes this. */
    Stream<Outcome<A, T>> stream() {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(this, Spliterator.NONNULL), false)
                .onClose(this::close);
    }

    @Override
    public boolean hasNext() {
        return outstanding > 0 || (!closed && items.hasNext());
    }

    @Override
    public Outcome<A, T> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        try {
            feed();
            collector.await(() -> !outcomes.isEmpty());
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException("interrupted").initCause(e);
        }
        outstanding--;
        return outcomes.remove();
    }

    private void feed() throws InterruptedException {
        while (!closed && outstanding < queue.window() && items.hasNext()) {
            collector.put(new Item(items.next()), WorkQueue.FOREVER);
            outstanding++;
        }
    }

    /** Takes no more items, and gives up those that no worker has begun. */
    @Override
    public void close() {
        closed = true;
        collector.drop(this::owns);
    }

    private boolean owns(QueuedTask task) {
        return task instanceof CompletionIterator<?, ?>.Item item && item.isOf(this);
    }

    /** One item on its way through the pool. */
    private final class Item implements QueuedTask {
        private final A value;
        private @Nullable T result;
        private @Nullable Throwable failure;

        Item(A value) {
            this.value = value;
        }

        boolean isOf(CompletionIterator<?, ?> computation) {
            return CompletionIterator.this == computation;
        }

        @Override
        public boolean perform() {
            try {
                result = computation.apply(value);
                return true;
            } catch (Throwable e) {
                failure = e;
                return false;
            }
        }

        @Override
        public void announce() {
            outcomes.add(new Outcome<>(value, result, failure));
            queue.signal();
        }

        @Override
        public void dropped() {
            failure = new CancellationException("given up before it was begun");
            announce();
        }
    }
}

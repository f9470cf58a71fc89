package dev.socketserver.task;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Queue;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Iterates over the outcomes of a computation on many items. Takes a window of items from their source, adds them to
 * the pool, and takes further ones as outcomes are consumed, so that neither an infinite source nor a slow consumer
 * exhausts memory.
 *
 * <p>If the source throws, this returns the outcomes of all earlier items, then throws the exception, and ends. An item
 * that the pool rejects is kept and added again later; while other items are outstanding, their outcomes are returned
 * first.
 *
 * <p>Confined to the consuming thread, except that workers complete the items.
 */
final class OutcomeIterator<A, T extends @Nullable Object> implements Iterator<Outcome<A, T>>, AutoCloseable {
    private final WorkQueue queue;
    private final ResultCollector collector;
    private final TaskRunner runner;
    private final Iterator<? extends A> source;
    private final Computation<? super A, ? extends T> computation;
    private final boolean inOrder;

    /**
     * The items in the order of their outcomes: either all outstanding ones in source order, or the complete ones in
     * order of completion.
     */
    private final Queue<Item> line = new ConcurrentLinkedQueue<>();

    private int outstanding; // items that were put and whose outcomes were not returned yet
    private @Nullable Item taken; // from the source, and not put yet
    private @Nullable Throwable sourceFailure; // not thrown yet
    private boolean exhausted; // the source has ended or failed
    private volatile boolean closed;

    OutcomeIterator(
            WorkQueue queue,
            ResultCollector collector,
            TaskRunner runner,
            Iterable<? extends A> items,
            Computation<? super A, ? extends T> computation,
            boolean inOrder) {
        this.queue = queue;
        this.collector = collector;
        this.runner = runner;
        this.source = items.iterator();
        this.computation = computation;
        this.inOrder = inOrder;
    }

    /** Returns the outcomes as a stream; closing it closes this. */
    Stream<Outcome<A, T>> stream() {
        int characteristics = Spliterator.NONNULL | (inOrder ? Spliterator.ORDERED : 0);
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(this, characteristics), false)
                .onClose(this::close);
    }

    @Override
    public boolean hasNext() {
        return !closed && (outstanding > 0 || hasItem() || sourceFailure != null);
    }

    /**
     * Takes an item from the source, unless the last one has not been put yet; returns false if there is none or it is
     * not wanted.
     */
    private boolean hasItem() {
        if (taken == null && !exhausted) {
            try {
                if (source.hasNext()) {
                    taken = new Item(source.next());
                } else {
                    exhausted = true;
                }
            } catch (Throwable e) {
                exhausted = true;
                sourceFailure = e;
            }
        }
        return taken != null && !closed;
    }

    @Override
    public Outcome<A, T> next() {
        queue.refuseTask();
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        try {
            feed();
            if (outstanding == 0) {
                throw OutcomeIterator.<RuntimeException>any(takeSourceFailure());
            }
            queue.await(this::isNextComplete, WorkQueue.FOREVER);
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException("interrupted").initCause(e);
        }
        outstanding--;
        return line.remove().outcome();
    }

    /** Puts items until a window is outstanding. Waits for room, or fails, only if none is outstanding. */
    private void feed() throws InterruptedException {
        while (!closed && outstanding < queue.window() && hasItem()) {
            Item item = Objects.requireNonNull(taken);
            if (outstanding == 0) {
                collector.put(item, WorkQueue.FOREVER);
            } else if (!collector.offer(item)) {
                return;
            }
            taken = null;
            outstanding++;
            if (inOrder) {
                line.add(item);
            }
        }
    }

    /** Returns why there is no item: the source has failed, or another thread has closed the stream. */
    private Throwable takeSourceFailure() {
        Throwable failure = sourceFailure;
        sourceFailure = null;
        return failure == null ? new CancellationException("closed") : failure;
    }

    /** Throws an exception of any kind: not every language makes a source declare it. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> RuntimeException any(Throwable failure) throws E {
        throw (E) failure;
    }

    private boolean isNextComplete() {
        Item next = line.peek();
        return next != null && next.complete;
    }

    /** Ends the iteration, and cancels the items that no worker has begun. */
    @Override
    public void close() {
        closed = true;
        runner.cancel(this::owns);
    }

    private boolean owns(QueuedTask task) {
        return task instanceof OutcomeIterator<?, ?>.Item item && item.isOf(this);
    }

    /** An item on its way through the pool. */
    private final class Item implements QueuedTask {
        private final A value;
        private @Nullable T result; // published by complete
        private @Nullable Throwable failure; // published by complete
        private volatile boolean complete;

        Item(A value) {
            this.value = value;
        }

        boolean isOf(OutcomeIterator<?, ?> iterator) {
            return OutcomeIterator.this == iterator;
        }

        Outcome<A, T> outcome() {
            return new Outcome<>(value, result, failure);
        }

        @Override
        public Ending perform() {
            try {
                result = computation.apply(value);
                return Ending.SUCCEEDED;
            } catch (Throwable e) {
                failure = e;
                return Ending.FAILED;
            }
        }

        @Override
        public void notifyDone() {
            complete = true;
            if (!inOrder) {
                line.add(this);
            }
            queue.signal();
        }

        @Override
        public void notifyCancelled() {
            failure = new CancellationException("cancelled before it was started");
            notifyDone();
        }
    }
}

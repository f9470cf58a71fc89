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
 * The outcomes of a computation on many items. Items are taken from their source and put into the pool as outcomes are
 * consumed, a window of them at a time, so that neither an endless source nor a slow consumer fills the memory.
 *
 * <p>An exception of the source is thrown when the outcomes of all items before it have been consumed. It ends the
 * iteration. An item that the pool refuses is kept and put again with the next call, unless there are outcomes to wait
 * for.
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
     * Holds the items in the order in which their outcomes are returned: those that are outstanding in the order of the
     * source, or those that are complete in order of completion.
     */
    private final Queue<Item> line = new ConcurrentLinkedQueue<>();

    private int outstanding; // items put and not yet returned
    private @Nullable Item refused; // taken from the source and not yet put
    private @Nullable Throwable sourceFailure; // not yet thrown
    private boolean exhausted; // nothing more is taken from the source
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

    /** Takes an item from the source, unless there is one; false if there is none. */
    private boolean hasItem() {
        if (refused == null && !exhausted) {
            try {
                if (source.hasNext()) {
                    refused = new Item(source.next());
                } else {
                    exhausted = true;
                }
            } catch (RuntimeException | Error e) {
                exhausted = true;
                sourceFailure = e;
            }
        }
        return refused != null;
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
                throw takeSourceFailure();
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

    /** Puts items until there is a window of them. Waits for room, or fails, only if no outcome is to be waited for. */
    private void feed() throws InterruptedException {
        while (!closed && outstanding < queue.window() && hasItem()) {
            Item item = Objects.requireNonNull(refused);
            if (outstanding == 0) {
                collector.put(item, WorkQueue.FOREVER);
            } else if (!collector.offer(item)) {
                return;
            }
            refused = null;
            outstanding++;
            if (inOrder) {
                line.add(item);
            }
        }
    }

    private RuntimeException takeSourceFailure() {
        Throwable failure = sourceFailure;
        sourceFailure = null;
        if (failure instanceof RuntimeException exception) {
            return exception;
        }
        throw (Error) Objects.requireNonNull(failure);
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
            failure = new CancellationException("cancelled before a worker began it");
            notifyDone();
        }
    }
}

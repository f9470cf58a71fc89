package dev.socketserver.bench.pool;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * The algorithm of the {@code ThreadPoolingMixIn} of 2008 word for word, defects included: workers count themselves,
 * one is added per submission when more than three tasks wait, and a worker leaves after a task when more than the
 * spare ones are idle. Thread-safe as far as the original is.
 */
final class MixInPool implements Executor, AutoCloseable {
    private final LinkedBlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
    private final Object mutex = new Object();
    private final ThreadFactory threads;
    private final int maxWorkers;
    private final int minSpareWorkers;
    private int workers;
    private int busy;
    private volatile boolean closed;

    MixInPool(int minWorkers, int maxWorkers, int minSpareWorkers, ThreadFactory threads) {
        this.maxWorkers = maxWorkers;
        this.minSpareWorkers = minSpareWorkers;
        this.threads = threads;
        for (int i = 0; i < minWorkers; i++) {
            startWorker();
        }
    }

    @Override
    public void execute(Runnable task) {
        queue.add(task);
        synchronized (mutex) {
            if (queue.size() > 3 && workers < maxWorkers) {
                startWorker();
            }
        }
    }

    private void startWorker() {
        @Nullable Thread thread = threads.newThread(this::work);
        if (thread != null) {
            thread.start();
        }
    }

    private void work() {
        synchronized (mutex) {
            workers++;
        }
        try {
            while (!closed) {
                Runnable task = queue.take();
                synchronized (mutex) {
                    busy++;
                }
                task.run();
                synchronized (mutex) {
                    busy--;
                    if (workers - busy > minSpareWorkers) {
                        workers--;
                        return;
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed = true;
        for (int i = 0; i < 2 * maxWorkers; i++) {
            queue.add(() -> {});
        }
    }
}

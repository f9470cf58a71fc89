package dev.socketserver.task;

import dev.socketserver.pool.WorkerKind;
import java.util.concurrent.CountDownLatch;

/** A program for a JVM of its own that uses a pool and returns from {@code main} without closing it. */
final class ExitingProgram {
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    /** What is left to do when {@code main} returns. */
    enum Ending {
        /** No task was ever added. */
        UNUSED,
        /** All tasks have ended, and as many threads as there are workers are idle. */
        IDLE,
        /** A task runs and another one waits. */
        BUSY,
        /** A task never ends. */
        HUNG,
        /** A task waits, and there is no worker. */
        STRANDED,
        /** A result waits to be collected, and a request waits for room for its result. */
        UNCOLLECTED,
        /** The pool was shut down while a task ran. */
        SHUT_DOWN
    }

    private ExitingProgram() {}

    /** Takes the ending, the kind of workers, their number, and whether they are daemons. */
    public static void main(String... args) throws Exception {
        var pool = new WorkRequestPool(TaskPoolConfig.builder(Integer.parseInt(args[2]))
                .workerKind(WorkerKind.valueOf(args[1]))
                .daemon(Boolean.parseBoolean(args[3]))
                .queueCapacity(1)
                .resultCapacity(1)
                .build());
        switch (Ending.valueOf(args[0])) {
            case UNUSED -> {}
            case IDLE -> occupyAll(pool);
            case BUSY -> {
                occupyAll(pool);
                runAfterMain(pool);
                pool.dismissWorkers(pool.workers() - 1);
                pool.addTask(() -> System.out.println("waited"));
            }
            case HUNG -> pool.addTask(NEVER::await);
            case STRANDED -> {
                pool.dismissWorkers(pool.workers());
                pool.putRequest(WorkRequest.of(() -> 1));
            }
            case UNCOLLECTED -> {
                pool.putRequest(WorkRequest.of(() -> 1));
                while (pool.progress().done() == 0) {
                    Thread.onSpinWait();
                }
                pool.putRequest(WorkRequest.of(() -> 2));
            }
            case SHUT_DOWN -> {
                runAfterMain(pool);
                pool.shutdown();
            }
        }
        System.out.println("main");
    }

    /** Runs a task on every worker at the same time. */
    private static void occupyAll(TaskPool pool) throws InterruptedException {
        var all = new CountDownLatch(pool.workers());
        for (int i = 0; i < pool.workers(); i++) {
            pool.addTask(() -> {
                all.countDown();
                all.await();
            });
        }
        pool.waitCompletion();
    }

    private static void runAfterMain(TaskPool pool) throws InterruptedException {
        Thread main = Thread.currentThread();
        pool.addTask(() -> {
            main.join();
            System.out.println("after main");
        });
    }
}

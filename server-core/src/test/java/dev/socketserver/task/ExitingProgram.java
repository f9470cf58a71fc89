package dev.socketserver.task;

import dev.socketserver.pool.WorkerKind;
import java.util.concurrent.CountDownLatch;

/** A program that a test runs in a JVM of its own: it uses a pool, and its {@code main} returns without closing it. */
final class ExitingProgram {
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    /** What is left to do when {@code main} returns. */
    enum Ending {
        /** Nothing was ever put into the pool. */
        UNUSED,
        /** All tasks have ended, and as many threads as there are workers are idle. */
        IDLE,
        /** A task runs and another one waits. */
        BUSY,
        /** A task never ends. */
        HUNG,
        /** A task waits, and there is no worker. */
        STRANDED,
        /** A result waits to be collected, and a request waits for room for its own. */
        UNCOLLECTED,
        /** The pool was shut down while a task ran. */
        SHUT_DOWN
    }

    private ExitingProgram() {}

    /** Uses a pool in the given way, with workers of the given kind, as many as given, daemons or not. */
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

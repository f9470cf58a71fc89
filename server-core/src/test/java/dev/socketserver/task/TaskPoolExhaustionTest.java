package dev.socketserver.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Pools in a JVM that runs out of memory or of threads. */
@Timeout(120)
class TaskPoolExhaustionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(100);

    @Test
    void noTaskAndNoResultIsLostWhenTheHeapIsFull() throws Exception {
        ChildJvm.Result result = new ChildJvm(FullHeap.class)
                .options("-Xmx24m", "-XX:+UseSerialGC", "-Dlogback.configurationFile=none")
                .run(PATIENCE);
        assertThat(result.lines()).containsExactlyElementsOf(Collections.nCopies(6, "whole"));
        assertThat(result.exited()).isTrue();
    }

    /** Some tasks, of every kind, fill the heap until they fail. */
    static final class FullHeap {
        private static final int REQUESTS = 200;
        private static final int HOGS = 10; // of the requests, and as many of the plain tasks

        private FullHeap() {}

        public static void main(String... args) throws InterruptedException {
            System.out.println(run(0)); // loads and links the classes, which takes memory
            for (int round = 0; round < 5; round++) {
                System.out.println(run(HOGS));
            }
        }

        private static String run(int hogs) throws InterruptedException {
            var results = new AtomicInteger();
            var failures = new AtomicInteger();
            List<Future<Integer>> futures = new ArrayList<>(REQUESTS);
            var config = TaskPoolConfig.builder(4).queueCapacity(3 * REQUESTS).build();
            try (var pool = new WorkRequestPool(config)) {
                for (int i = 0; i < REQUESTS; i++) {
                    boolean fills = i % (REQUESTS / HOGS) == 0 && hogs > 0;
                    persist(() -> pool.putRequest(WorkRequest.<Integer>of(() -> fills ? fill() : 1)
                            .withCallback((request, result) -> results.incrementAndGet())
                            .withExceptionCallback((request, failure) -> failures.incrementAndGet())));
                    persist(() -> pool.addTask(() -> {
                        if (fills) {
                            fill();
                        }
                    }));
                    persist(() -> futures.add(pool.submit(() -> 1)));
                }
                persist(pool::waitCompletion);
                boolean whole = results.get() == REQUESTS - hogs
                        && failures.get() == hogs
                        && pool.pendingRequests() == 0
                        && pool.progress().equals(new Progress(3 * REQUESTS, 2L * hogs, 0, 0))
                        && futures.stream().allMatch(Future::isDone);
                return whole ? "whole" : results + " results, " + failures + " failures, " + pool;
            }
        }

        /** Links blocks to each other until there is no memory for another one. */
        private static int fill() {
            Object[] last = {};
            while (true) {
                var block = new Object[4 << ThreadLocalRandom.current().nextInt(10)];
                block[0] = last;
                last = block;
            }
        }

        private static void persist(Task task) throws InterruptedException {
            while (true) {
                try {
                    task.run();
                    return;
                } catch (OutOfMemoryError e) {
                    Thread.onSpinWait();
                } catch (InterruptedException | RuntimeException e) {
                    throw e;
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aTaskIsRejectedWhileNoThreadCanBeStarted() throws Exception {
        ChildJvm.Result result = new ChildJvm(NoThreads.class)
                .options(
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-XX:ReservedCodeCacheSize=32m",
                        "-XX:CompressedClassSpaceSize=32m",
                        "-XX:ThreadStackSize=" + 256 * 1024)
                .memoryLimit(8 * 1024 * 1024)
                .run(PATIENCE);
        assertThat(result.lines())
                .filteredOn(line -> !line.startsWith("[")) // the JVM's own
                .containsExactly(
                        "rejected: no thread can be started for pool task",
                        "Progress[done=0, failed=0, cancelled=0, left=0]",
                        "Progress[done=5, failed=0, cancelled=0, left=0]");
        assertThat(result.exited()).isTrue();
    }

    /** Threads with huge stacks use up the memory that the process may map. */
    static final class NoThreads {
        private NoThreads() {}

        public static void main(String... args) throws InterruptedException {
            var end = new CountDownLatch(1);
            try (var pool = new TaskPool(3)) {
                List<Thread> others = startAsManyAsPossible(end);
                try {
                    pool.addTask(() -> {});
                } catch (RejectedExecutionException e) {
                    System.out.println("rejected: " + e.getMessage());
                }
                System.out.println(pool.progress());
                end.countDown();
                for (Thread other : others) {
                    other.join();
                }
                for (int i = 0; i < 5; i++) {
                    pool.addTask(() -> {});
                }
                pool.waitCompletion();
                System.out.println(pool.progress());
            }
        }

        private static List<Thread> startAsManyAsPossible(CountDownLatch end) {
            List<Thread> started = new ArrayList<>();
            while (true) {
                var thread = new Thread(() -> {
                    try {
                        end.await();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                });
                try {
                    thread.start();
                } catch (OutOfMemoryError e) {
                    return started;
                }
                started.add(thread);
            }
        }
    }
}

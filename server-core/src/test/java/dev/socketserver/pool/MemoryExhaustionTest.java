package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.ChildJvm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A pool in a JVM whose heap is full of live objects time and again, while tasks come and go. */
@Timeout(180)
class MemoryExhaustionTest {
    private static final int ROUNDS = 6;
    private static final int SUBMITTERS = 2;
    private static final int TASKS = 300;
    private static final int LARGEST_BLOCK = 1 << 20;
    private static final long HELD = 50_000_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void everyTaskEndsOnceAndThePoolIsWholeAfterwards() throws Exception {
        ChildJvm.Result result = ChildJvm.run(Exhausted.class, "-Xmx16m", "-XX:+UseSerialGC", "-Xlog:disable");
        assertThat(result.output()).as(result.errors()).contains("whole").doesNotContain("broken");
        assertThat(result.exit()).isZero();
    }

    /** A worker that was taken off the idle ones before there was no memory to queue the task was lost. */
    @Test
    void noWorkerIsLostWhenAQueueCannotGrow() throws Exception {
        ChildJvm.Result result = ChildJvm.run(FullQueue.class, "-Xmx16m", "-XX:+UseSerialGC", "-Xlog:disable");
        assertThat(result.output()).as(result.errors()).contains("3 idle, 65537 completed");
        assertThat(result.exit()).isZero();
    }

    /** The process whose queue is full, while workers are idle and one is about to wake up, when its heap is. */
    static final class FullQueue {
        public static void main(String... args) {
            int capacity = 1 << 16;
            SimulatedMachine machine = new SimulatedMachine();
            machine.processors(2);
            try (SimulatedPool it = new SimulatedPool(
                    machine, b -> b.minWorkers(3).maxWorkers(3).queueCapacity(capacity))) {
                Runnable task = () -> {};
                for (int i = 0; i <= capacity; i++) {
                    it.pool.execute(task);
                }
                if (!failsWithoutMemory(it.pool, task)) {
                    System.out.println("the queue grew");
                }
                machine.settle();
                System.out.println(
                        it.snapshot().idle() + " idle, " + it.snapshot().completed() + " completed");
            }
        }

        private static boolean failsWithoutMemory(ElasticThreadPool pool, Runnable task) {
            List<byte[]> held = new ArrayList<>(1_000);
            try {
                while (true) {
                    held.add(new byte[1 << 17]);
                }
            } catch (OutOfMemoryError full) {
                // Now the queue, which needs more at once, cannot grow.
            }
            try {
                pool.execute(task);
                return held.isEmpty();
            } catch (OutOfMemoryError expected) {
                return true;
            }
        }
    }

    /** The process whose heap is exhausted. Exits by itself only if every worker has ended. */
    static final class Exhausted {
        public static void main(String... args) throws InterruptedException {
            for (OverloadPolicy policy : OverloadPolicy.values()) {
                PoolConfig config = PoolConfig.builder()
                        .minWorkers(2)
                        .maxWorkers(8)
                        .minSpareWorkers(0)
                        .queueThreshold(0)
                        .queueCapacity(20)
                        .idleWindow(Duration.ofMillis(5))
                        .stuckAfter(Duration.ofMillis(2))
                        .stuckAction(StuckAction.ABORT)
                        .stuckCompensation(1)
                        .overloadPolicy(policy)
                        .build();
                new Round(new ElasticThreadPool(config)).run(false); // loads and links the classes, which takes memory
                for (int round = 0; round < ROUNDS; round++) {
                    new Round(new ElasticThreadPool(config)).run(true);
                }
            }
            System.out.println("whole");
        }
    }

    /** One pool, two threads that submit and one that fills the heap meanwhile. */
    private static final class Round {
        private final ElasticThreadPool pool;
        private final AtomicIntegerArray ends = new AtomicIntegerArray(SUBMITTERS * TASKS);
        private final List<Task> tasks = new ArrayList<>();
        private volatile boolean full;

        Round(ElasticThreadPool pool) {
            this.pool = pool;
            for (int i = 0; i < ends.length(); i++) {
                tasks.add(new Task(ends, i));
            }
        }

        void run(boolean exhausted) throws InterruptedException {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < SUBMITTERS; i++) {
                List<Task> own = tasks.subList(i * TASKS, (i + 1) * TASKS);
                threads.add(new Thread(() -> submit(own)));
            }
            threads.add(new Thread(() -> holdTheHeapFull(exhausted ? LARGEST_BLOCK : 0)));
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join(PATIENCE.toMillis());
                require(!thread.isAlive(), "a submitter is left behind");
            }
            require(pool.join(PATIENCE), "the pool is not quiet");
            for (int i = 0; i < ends.length(); i++) {
                require(ends.get(i) == 1, "a task did not end once");
            }
            pool.reconfigure(pool.config().toBuilder()
                    .overloadPolicy(OverloadPolicy.BLOCK) // none that must wait is dropped
                    .build());
            CountDownLatch together = new CountDownLatch(pool.config().maxWorkers());
            for (long i = together.getCount(); i > 0; i--) {
                pool.execute(() -> {
                    together.countDown();
                    awaitQuietly(together);
                });
            }
            require(together.await(PATIENCE.toSeconds(), TimeUnit.SECONDS), "the pool does not grow");
            pool.shutdown();
            require(pool.awaitTermination(PATIENCE), "the pool does not end");
            PoolSnapshot end = pool.snapshot();
            require(end.size() + end.busy() + end.idle() + end.starting() + end.stuck() == 0, "workers are left");
            require(end.blockedSubmitters() + end.queued() == 0, "tasks are left");
        }

        private void require(boolean condition, String otherwise) {
            if (!condition) {
                System.out.println("broken: " + otherwise + ": " + pool);
                Runtime.getRuntime().halt(1);
            }
        }

        private void submit(List<Task> own) {
            while (!full) {
                Thread.onSpinWait(); // takes no memory
            }
            for (int i = 0; i < own.size(); i++) {
                try {
                    pool.execute(own.get(i));
                } catch (Throwable e) { // out of memory, or a rejection
                    ends.incrementAndGet(own.get(i).index);
                }
            }
        }

        /** Fills the heap with blocks of that size, then of half that size, and so on, and keeps them for a while. */
        private void holdTheHeapFull(int largest) {
            Block live = Block.NONE;
            for (int size = largest; size > 0; ) {
                try {
                    live = new Block(size, live);
                } catch (OutOfMemoryError e) {
                    size /= 2;
                }
            }
            full = true;
            LockSupport.parkNanos(HELD);
            require((live == Block.NONE) == (largest == 0), "the heap was not full");
        }
    }

    /** A part of the heap that is not free. */
    @SuppressWarnings("UnusedVariable") // what the fields hold is live
    private static final class Block {
        static final Block NONE = new Block(0, null);

        private final byte[] bytes;
        private final @Nullable Block before;

        Block(int size, @Nullable Block before) {
            this.bytes = new byte[size];
            this.before = before;
        }
    }

    /** Counts how often it ended, in one way or another; allocates nothing. */
    private static final class Task implements RejectableTask {
        private final AtomicIntegerArray ends;
        final int index;

        Task(AtomicIntegerArray ends, int index) {
            this.ends = ends;
            this.index = index;
        }

        @Override
        public void run() {
            ends.incrementAndGet(index);
            if (index % 10 == 0) {
                LockSupport.parkNanos(3_000_000);
            }
        }

        @Override
        public void rejected(RejectionReason why) {
            ends.incrementAndGet(index);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

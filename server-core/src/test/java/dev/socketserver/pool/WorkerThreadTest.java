package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the threads of a pool inherit, and from whom; and what a task may leave behind in them. */
@Timeout(60)
@SuppressWarnings("ThreadPriorityCheck") // nothing relies on the priorities
class WorkerThreadTest {
    /** What a thread could take over from the one that makes it. */
    private record Traits(
            boolean daemon,
            int priority,
            @Nullable ClassLoader loader,
            @Nullable ThreadGroup group) {
        static Traits of(Thread thread) {
            return new Traits(
                    thread.isDaemon(), thread.getPriority(), thread.getContextClassLoader(), thread.getThreadGroup());
        }
    }

    private static PoolConfig.Builder empty() {
        return PoolConfig.builder().name("traits").minWorkers(0);
    }

    /** Runs something on a thread that nobody would want to take after. */
    private static void onAStrangeThread(Runnable body) throws Exception {
        try (var loader = new URLClassLoader(new URL[0])) {
            Thread strange = new Thread(new ThreadGroup("strange"), body, "strange");
            strange.setDaemon(true);
            strange.setPriority(Thread.MAX_PRIORITY);
            strange.setContextClassLoader(loader);
            strange.start();
            strange.join();
        }
    }

    @Test
    void aWorkerTakesNothingFromWhoeverSubmits() throws Exception {
        Thread creator = Thread.currentThread();
        AtomicReference<Traits> seen = new AtomicReference<>();
        try (var pool = new ElasticThreadPool(empty().build())) {
            onAStrangeThread(() -> pool.execute(() -> seen.set(Traits.of(Thread.currentThread()))));
            pool.join();
        }
        assertThat(seen)
                .hasValue(new Traits(
                        false, Thread.NORM_PRIORITY, creator.getContextClassLoader(), creator.getThreadGroup()));
    }

    @Test
    void aPoolThatAStrangeThreadMakesHasThreadsOfOrdinaryPriorityThatAreNoDaemons() throws Exception {
        AtomicReference<Traits> workers = new AtomicReference<>();
        AtomicReference<Traits> supervisors = new AtomicReference<>();
        CountDownLatch ran = new CountDownLatch(1);
        onAStrangeThread(() -> {
            try (var pool = new ElasticThreadPool(empty().build())) {
                pool.execute(() -> {
                    workers.set(Traits.of(Thread.currentThread()));
                    ran.countDown();
                });
                ran.await();
                supervisors.set(Traits.of(threadNamed("traits-supervisor")));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        Traits worker = Objects.requireNonNull(workers.get());
        Traits supervisor = Objects.requireNonNull(supervisors.get());
        assertThat(worker.daemon()).isFalse();
        assertThat(worker.priority()).isEqualTo(Thread.NORM_PRIORITY);
        assertThat(supervisor.daemon()).isTrue();
        assertThat(supervisor.priority()).isEqualTo(Thread.NORM_PRIORITY);
    }

    private static Thread threadNamed(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .findAny()
                .orElseThrow();
    }

    @Test
    void whatATaskSetsInItsThreadIsGoneBeforeTheNext() throws Exception {
        List<String> names = new ArrayList<>();
        List<Traits> traits = new ArrayList<>();
        PoolConfig config = empty().minWorkers(1).maxWorkers(1).build();
        try (var pool = new ElasticThreadPool(config);
                var loader = new URLClassLoader(new URL[0])) {
            for (int i = 0; i < 3; i++) {
                pool.execute(() -> {
                    Thread self = Thread.currentThread();
                    names.add(self.getName());
                    traits.add(Traits.of(self));
                    self.setName("mine");
                    self.setPriority(Thread.MIN_PRIORITY);
                    self.setContextClassLoader(loader);
                    throw new IllegalStateException("expected by the test");
                });
            }
            pool.join();
        }
        assertThat(names).containsOnly("traits-1").hasSize(3);
        assertThat(traits).containsOnly(traits.get(0)).hasSize(3);
    }

    @Test
    void whatATaskSetsInAVirtualThreadIsGoneBeforeTheNext() throws Exception {
        assumeThat(Runtime.version().feature()).isGreaterThanOrEqualTo(21);
        List<Traits> traits = new ArrayList<>();
        PoolConfig config = empty().minWorkers(1)
                .maxWorkers(1)
                .workerKind(WorkerKind.VIRTUAL)
                .build();
        try (var pool = new ElasticThreadPool(config);
                var loader = new URLClassLoader(new URL[0])) {
            for (int i = 0; i < 3; i++) {
                pool.execute(() -> {
                    traits.add(Traits.of(Thread.currentThread()));
                    Thread.currentThread().setContextClassLoader(loader);
                });
            }
            pool.join();
        }
        assertThat(traits).containsOnly(traits.get(0)).hasSize(3);
        assertThat(traits.get(0).loader()).isSameAs(Thread.currentThread().getContextClassLoader());
    }

    @Test
    void aTaskThatRunsInsideAnotherLeavesItsThreadAsItWas() throws Exception {
        PoolConfig config = empty().minWorkers(1)
                .maxWorkers(1)
                .queueCapacity(1)
                .overloadPolicy(OverloadPolicy.BLOCK)
                .build();
        List<String> seen = new ArrayList<>();
        try (var pool = new ElasticThreadPool(config);
                var loader = new URLClassLoader(new URL[0])) {
            Runnable inside = () -> {
                Thread self = Thread.currentThread();
                seen.add("inside: interrupted " + self.isInterrupted());
                self.setName("inside");
                self.setPriority(Thread.MIN_PRIORITY);
                self.setContextClassLoader(null);
                self.interrupt();
            };
            pool.execute(() -> {
                Thread self = Thread.currentThread();
                self.setName("outside");
                self.setContextClassLoader(loader);
                Traits before = Traits.of(self);
                pool.execute(() -> {}); // fills the queue
                pool.execute(inside);
                seen.add(self.getName() + ": interrupted " + Thread.interrupted());
                self.interrupt();
                pool.execute(inside);
                seen.add(self.getName() + ": interrupted " + Thread.interrupted());
                seen.add("as before: " + Traits.of(self).equals(before));
            });
            pool.join();
        }
        assertThat(seen)
                .containsExactly(
                        "inside: interrupted false",
                        "outside: interrupted false",
                        "inside: interrupted false",
                        "outside: interrupted true",
                        "as before: true");
    }
}

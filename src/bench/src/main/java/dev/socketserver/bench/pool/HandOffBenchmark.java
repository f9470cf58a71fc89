package dev.socketserver.bench.pool;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The way of one task to an idle worker and back: {@code java -cp bench.jar org.openjdk.jmh.Main HandOff -prof gc -t 4}
 * for four submitters.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH sets the fields
public class HandOffBenchmark {
    /** Whose turn it is. */
    @Param({"ELASTIC", "JDK_QUEUE", "JDK_SYNCHRONOUS", "FORK_JOIN", "JBOSS", "JETTY", "TOMCAT"})
    public String pool;

    private Peer peer;

    /** Starts the pool. */
    @Setup
    public void start() {
        peer = Contender.valueOf(pool).start(new Contender.Limits(5, 100, Duration.ofSeconds(2)));
    }

    /** Ends the pool. */
    @TearDown
    public void stop() {
        peer.close();
    }

    /** A submitter's own task, used again and again. */
    @State(Scope.Thread)
    public static class Ping implements Runnable {
        private final Thread submitter = Thread.currentThread();
        private volatile boolean back;

        @Override
        public void run() {
            back = true;
            LockSupport.unpark(submitter);
        }
    }

    /**
     * There and back.
     *
     * @param ping the task
     */
    @Benchmark
    public void roundTrip(Ping ping) {
        ping.back = false;
        peer.executor().execute(ping);
        while (!ping.back) {
            LockSupport.park(ping);
        }
    }
}

package dev.socketserver.bench.server;

import dev.socketserver.examples.load.LoadListener;
import dev.socketserver.examples.load.Sample;
import java.time.Duration;

/**
 * Notes what server and client have used of the machine when the warm-up ends, and again when the measurement ends. Not
 * thread-safe: confined to the thread that runs the load.
 */
final class Window implements LoadListener {
    private final ProcessHandle server;
    private final double warmup;
    private final double duration;
    private Mark begin;
    private Mark end;
    private long memoryBytes;

    /** Both processes at one moment. */
    private record Mark(long nanos, Usage server, Usage client) {
        static Mark of(ProcessHandle server) {
            return new Mark(System.nanoTime(), Usage.of(server), Usage.of(ProcessHandle.current()));
        }
    }

    /** A window for a run of that plan's times. */
    Window(ProcessHandle server, Duration warmup, Duration duration) {
        this.server = server;
        this.warmup = warmup.toNanos() / 1e9;
        this.duration = duration.toNanos() / 1e9;
        begin = Mark.of(server);
        end = begin;
    }

    @Override
    public void sampled(Sample sample) {
        if (sample.warmup() && sample.at() >= warmup) {
            begin = Mark.of(server);
        } else if (!sample.warmup() && sample.at() >= duration) {
            end = Mark.of(server);
            memoryBytes = Usage.memoryBytes(server);
        }
    }

    /** Processors that the server used, on average. */
    double serverCpu() {
        return (end.server.cpuSeconds() - begin.server.cpuSeconds()) / seconds();
    }

    /** Processors that the client used, on average. */
    double clientCpu() {
        return (end.client.cpuSeconds() - begin.client.cpuSeconds()) / seconds();
    }

    /** The server's threads at the end. */
    int threads() {
        return end.server.threads();
    }

    /** The server's resident memory at the end. */
    long memoryBytes() {
        return memoryBytes;
    }

    private double seconds() {
        return (end.nanos - begin.nanos) / 1e9;
    }
}

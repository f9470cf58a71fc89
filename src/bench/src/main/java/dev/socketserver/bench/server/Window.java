package dev.socketserver.bench.server;

import dev.socketserver.examples.load.LoadListener;
import dev.socketserver.examples.load.Sample;

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

    /** Both processes, and the machine, at one moment. */
    private record Mark(long nanos, double server, double client, double machine, int threads) {
        static Mark of(ProcessHandle process) {
            Usage server = Usage.of(process);
            double client = Usage.of(ProcessHandle.current()).cpuSeconds();
            return new Mark(
                    System.nanoTime(), server.cpuSeconds(), client, Usage.machineCpuSeconds(), server.threads());
        }
    }

    /** A window for a run that takes those times. */
    Window(ProcessHandle server, Times times) {
        this.server = server;
        warmup = times.warmup().toNanos() / 1e9;
        duration = times.duration().toNanos() / 1e9;
        begin = Mark.of(server);
        end = begin;
    }

    @Override
    public void sampled(Sample sample, boolean warmingUp) {
        if (warmingUp && sample.at() >= warmup) {
            begin = Mark.of(server);
        } else if (!warmingUp && sample.at() >= duration) {
            end = Mark.of(server);
            memoryBytes = Usage.memoryBytes(server);
        }
    }

    /** Processors that the server used, on average. */
    double serverCpu() {
        return (end.server - begin.server) / seconds();
    }

    /** Processors that the client used, on average. */
    double clientCpu() {
        return (end.client - begin.client) / seconds();
    }

    /** Processors that anybody else used, or that the machine was not given, on average. */
    double othersCpu() {
        return Math.max(0, (end.machine - begin.machine) / seconds() - serverCpu() - clientCpu());
    }

    /** The server's threads at the end. */
    int threads() {
        return end.threads;
    }

    /** The server's resident memory at the end. */
    long memoryBytes() {
        return memoryBytes;
    }

    private double seconds() {
        return (end.nanos - begin.nanos) / 1e9;
    }
}

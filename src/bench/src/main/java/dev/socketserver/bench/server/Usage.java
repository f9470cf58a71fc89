package dev.socketserver.bench.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a process and its children have used so far, from Linux' {@code /proc}.
 *
 * @param cpuSeconds processor time in user and kernel mode; of the process in steps of 10 ms, of its children, of which
 *     many may have worked for less than that, exactly
 * @param threads live threads
 */
record Usage(double cpuSeconds, int threads) {
    /** The kernel's unit of time towards programs, on every architecture. */
    private static final double TICKS_PER_SECOND = 100;

    private static final int USER_TIME = 11;
    private static final int SYSTEM_TIME = 12;
    private static final int THREADS = 17;

    /** Of the machine's line: user, nice, system, idle, waiting for a disk, two kinds of interrupts, stolen. */
    private static final int IDLE = 4;

    private static final int WAITING = 5;
    private static final int LAST_OF_MACHINE = 8;

    private static final Usage NONE = new Usage(0, 0);

    /** Reads the figures of a process and of all that it has forked, each of which has one thread. */
    static Usage of(ProcessHandle process) {
        return process.descendants().map(child -> readForked(child.pid())).reduce(read(process.pid()), Usage::plus);
    }

    private Usage plus(Usage other) {
        return new Usage(cpuSeconds + other.cpuSeconds, threads + other.threads);
    }

    private static Usage read(long pid) {
        try {
            String stat = Files.readString(file(pid, "stat"));
            // The second field is the name, in parentheses, and may contain anything.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            double ticks = Double.parseDouble(fields[USER_TIME]) + Double.parseDouble(fields[SYSTEM_TIME]);
            return new Usage(ticks / TICKS_PER_SECOND, Integer.parseInt(fields[THREADS]));
        } catch (IOException e) {
            return NONE; // it has ended
        }
    }

    private static Usage readForked(long pid) {
        try {
            String nanosOnProcessor = Files.readString(file(pid, "schedstat")).split(" ", 2)[0];
            return new Usage(Double.parseDouble(nanosOnProcessor) / 1e9, 1);
        } catch (IOException e) {
            return NONE; // it has ended
        }
    }

    /** Returns the time that all processors together have worked so far, or were lent to another machine. */
    static double machineCpuSeconds() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/stat"))) {
            String[] fields = lines.findFirst().orElse("").split(" +", -1);
            double ticks = 0;
            for (int i = 1; i <= LAST_OF_MACHINE; i++) {
                if (i != IDLE && i != WAITING) {
                    ticks += Double.parseDouble(fields[i]);
                }
            }
            return ticks / TICKS_PER_SECOND;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the bytes that a process has resident; of what it forked only those that it does not share. */
    static long memoryBytes(ProcessHandle process) {
        long children = process.descendants()
                .mapToLong(child -> sum(child.pid(), "Private_"))
                .sum();
        return sum(process.pid(), "Rss:") + children;
    }

    private static long sum(long pid, String prefix) {
        try {
            List<String> lines = Files.readAllLines(file(pid, "smaps_rollup"));
            return 1024
                    * lines.stream()
                            .filter(line -> line.startsWith(prefix))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
                            .sum();
        } catch (IOException e) {
            return 0; // it has ended
        }
    }

    private static Path file(long pid, String name) {
        return Path.of("/proc", Long.toString(pid), name);
    }
}

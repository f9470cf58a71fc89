package dev.socketserver;

import dev.socketserver.fault.Fault;
import dev.socketserver.peer.Descriptors;
import dev.socketserver.peer.Polling;
import io.netty.util.LeakPresenceDetector;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Runs of a server, in a JVM of its own, in each of which one call fails: the first one, the second one, and so on,
 * until a run has no call of that number. That costs one connection at most; nobody hangs, the next is served, the
 * server closes in time, and nothing is left. This is the torture test of curl.
 */
abstract class FaultRuns {
    /** What a client does with a server. */
    interface Piece {
        void play() throws Exception;
    }

    private static final int FEWEST_CALLS = 4;
    private static final int MOST_WRONG = 5;
    private static final int LONGEST_TRACE = 500;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final List<String> wrong = new ArrayList<>(); // guarded by this
    private final ScheduledExecutorService watchman = Executors.newSingleThreadScheduledExecutor();
    private int failures; // of pieces, in the present run

    /** Starts a server. */
    abstract Server start() throws IOException;

    /** Returns how calls fail. */
    List<Fault.Kind> kinds() {
        return Fault.Kind.OF_THE_SYSTEM;
    }

    /** Returns how often each call fails, each time in another way. */
    int rounds() {
        return kinds().size();
    }

    /** Returns how many connections the call that has failed may cost. */
    int mostLost() {
        return 1;
    }

    /** Returns what is wrong with the counts of a server that is closed; empty if nothing is. */
    String wrongCounts(Server server) {
        return server.snapshot().open() == 0 ? "" : "open after the end: " + server.snapshot();
    }

    /** Closes it. */
    void end(Server server) {
        server.close();
    }

    /** Asks for all that a server does. */
    abstract void ask(Server server) throws Exception;

    /** Is served by a server that is well. */
    abstract void beServed(Server server) throws Exception;

    /** Injects a fault into each call; prints what was wrong. */
    final void run() throws Exception {
        int runs = 0;
        Descriptors.warmUp();
        play(0, Fault.Kind.IO);
        for (int round = 0; round < rounds(); round++) {
            int number = 0;
            do {
                number++;
                runs++;
                play(number, kinds().get((number + round) % kinds().size()));
            } while (!isEnough() && (Fault.failed() != null || number < FEWEST_CALLS));
        }
        System.out.println(wrong.isEmpty() ? "nothing is wrong in " + runs + " runs" : String.join("\n", wrong));
        Runtime.getRuntime().halt(wrong.isEmpty() ? 0 : 1);
    }

    /** Returns whether enough is wrong to end here: each thing may take its time. */
    private synchronized boolean isEnough() {
        return wrong.size() >= MOST_WRONG;
    }

    private void play(int number, Fault.Kind kind) throws Exception {
        Set<String> sockets = Descriptors.sockets();
        Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
        failures = 0;
        Fault.arm(number, kind);
        try {
            Server server = start();
            try {
                ask(server);
                if (Fault.failed() != null) {
                    beServed(server);
                }
            } finally {
                close(server);
            }
        } catch (Throwable e) {
            if (!isInjected(e)) {
                wrong(String.valueOf(e));
            }
        } finally {
            Fault.disarm();
        }
        if (failures > mostLost()) {
            wrong(failures + " connections were lost");
        }
        checkNothingIsLeft(sockets, threads);
    }

    private static boolean isInjected(Throwable e) {
        return String.valueOf(e.getMessage()).contains("injected");
    }

    private void close(Server server) {
        long begin = System.nanoTime();
        try {
            end(server);
        } catch (Throwable e) {
            wrong("close() threw " + e);
        }
        if (System.nanoTime() - begin > PATIENCE.toNanos()) {
            wrong("closing took too long");
        }
        String counts = wrongCounts(server);
        if (!counts.isEmpty()) {
            wrong(counts);
        }
    }

    private void checkNothingIsLeft(Set<String> sockets, Set<Thread> threads) throws Exception {
        Set<String> left = new HashSet<>();
        if (!Polling.await(() -> {
            left.clear();
            left.addAll(Descriptors.sockets());
            left.removeAll(sockets);
            return left.isEmpty();
        })) {
            wrong("sockets are left: " + left.size());
        }
        Set<Thread> more = new HashSet<>();
        if (!Polling.await(() -> {
            more.clear();
            more.addAll(Thread.getAllStackTraces().keySet());
            more.removeAll(threads);
            more.removeIf(thread -> !thread.getName().matches(".*(server|worker).*"));
            return more.isEmpty();
        })) {
            wrong("threads are left: " + more);
        }
        try {
            LeakPresenceDetector.check();
        } catch (IllegalStateException e) {
            wrong("buffers are left: " + e.getMessage());
        }
    }

    /** Plays a piece, which may fail if it is the one that the fault hits. */
    final void mayFail(Piece piece, Closeable peer) throws IOException {
        try {
            inTime(piece, peer);
        } catch (Exception | AssertionError e) {
            failures++;
        }
    }

    /** Plays a piece; a peer that waits for too long is closed. */
    final void inTime(Piece piece, Closeable peer) throws Exception {
        Future<?> alarm = watchman.schedule(
                () -> {
                    wrong("a peer hangs");
                    peer.close();
                    return null;
                },
                PATIENCE.toMillis(),
                TimeUnit.MILLISECONDS);
        try (peer) {
            piece.play();
        } finally {
            alarm.cancel(false);
        }
    }

    private synchronized void wrong(String what) {
        var trace = new StringBuilder();
        for (StackTraceElement frame : Fault.where()) {
            if (frame.getClassName().startsWith("dev.socketserver.internal") && trace.length() < LONGEST_TRACE) {
                trace.append("\n    ").append(frame);
            }
        }
        wrong.add(Fault.failed() + ": " + what + trace);
    }
}

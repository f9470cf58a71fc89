package dev.socketserver.attack;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;

/** A client of a soak: does the same over and over, in a thread of its own, until it is stopped. */
final class SoakClient {
    /** Where the servers are. */
    record Servers(InetSocketAddress tcp, Path unix, SSLContext context) {
        InetSocketAddress tls() {
            return new InetSocketAddress(tcp.getAddress(), tcp.getPort() + 1);
        }

        InetSocketAddress udp() {
            return new InetSocketAddress(tcp.getAddress(), tcp.getPort() + 2);
        }
    }

    private static final int LONGEST_LINE = 200;
    private static final long PAUSE_AFTER_FAILURE_MILLIS = 50;

    private final SoakBehaviour behaviour;
    private final Servers servers;
    private final SoakLedger ledger;
    private final SplittableRandom random; // the thread's
    private int good; // the thread's: the ledger's changes when all was well
    private long number; // the thread's: of its last line
    private volatile boolean stopped;
    private final Thread thread;

    SoakClient(SoakBehaviour behaviour, Servers servers, SoakLedger ledger, SplittableRandom random) {
        this.behaviour = behaviour;
        this.servers = servers;
        this.ledger = ledger;
        this.random = random;
        thread = new Thread(this::run, behaviour.name());
        thread.start();
    }

    private void run() {
        while (!stopped) {
            good = ledger.changes();
            try {
                if (!behaviour.behaves()) {
                    ledger.misbehaved();
                }
                behaviour.visit(this);
            } catch (IOException | RuntimeException e) {
                if (behaviour.behaves()) {
                    ledger.failed(behaviour, good, e);
                }
                pause(PAUSE_AFTER_FAILURE_MILLIS);
            }
        }
    }

    boolean isStopped() {
        return stopped;
    }

    Servers servers() {
        return servers;
    }

    SplittableRandom random() {
        return random;
    }

    /** Connects to one of the servers of streams. */
    SoakConnection connect() throws IOException {
        return switch (random.nextInt(3)) {
            case 0 -> SoakConnection.tcp(servers.tcp());
            case 1 -> SoakConnection.tls(servers.tls(), servers.context());
            default -> SoakConnection.unix(servers.unix());
        };
    }

    /** Asks a number of lines at once, or one that is answered later. */
    void ask(SoakConnection connection, int most) throws IOException {
        int before = ledger.changes();
        int count = 1 + random.nextInt(most);
        if (count == 1 && random.nextBoolean()) {
            connection.ask(List.of(SoakHandler.LATER + line()));
        } else {
            connection.ask(IntStream.range(0, count).mapToObj(i -> line()).toList());
        }
        answered(before, count);
    }

    /** Notes that all was well after the changes that there were before. */
    void answered(int before, int count) {
        good = before;
        ledger.answered(count);
    }

    int changes() {
        return ledger.changes();
    }

    /** Returns a line that no other is like. */
    String line() {
        return behaviour + " " + number++ + " " + "x".repeat(random.nextInt(LONGEST_LINE));
    }

    /** Pauses for up to that long. */
    void pause(long mostMillis) {
        LockSupport.parkNanos(random.nextLong(1, TimeUnit.MILLISECONDS.toNanos(mostMillis)));
    }

    /** Has it leave after its next answer. */
    void stop() {
        stopped = true;
        LockSupport.unpark(thread);
    }

    /** Waits until it has left; one that waits for an answer for too long is interrupted, and so has failed. */
    void awaitEnd() throws InterruptedException {
        thread.join(2 * SoakConnection.PATIENCE.toMillis());
        thread.interrupt();
        thread.join();
    }
}

package dev.socketserver.bench.server;

import dev.socketserver.bench.server.peer.Transport;
import dev.socketserver.bench.server.peer.Work;
import dev.socketserver.examples.load.Mode;
import java.util.List;

/**
 * What clients do to a server, and the server for each request. Immutable.
 *
 * @param id the name on the command line
 * @param title the name in the report
 * @param mode what each client does
 * @param transport what it speaks
 * @param connections clients at work
 * @param idle silent connections beside them
 * @param payload bytes of a request, and of its answer
 * @param work what the handler does before it answers
 */
record Workload(
        String id, String title, Mode mode, Transport transport, int connections, int idle, int payload, Work work) {
    private static final int SMALL = 64;
    private static final int LARGE = 64 * 1024;
    private static final int BUFFER = 8 * 1024;
    private static final double TAIL = 99;

    /** How many times as long as others a workload of handshakes warms up. */
    private static final int HANDSHAKES_WARMUP = 10;

    /** Every workload, in the order of the report. */
    static final List<Workload> ALL = List.of(
            connect(8),
            connect(64),
            connect(512),
            request(8),
            request(64),
            request(512),
            new Workload(
                    "idle-8000",
                    "request-reply, 16 clients, 8,000 idle",
                    Mode.REQUEST,
                    Transport.TCP,
                    16,
                    8_000,
                    SMALL,
                    Work.NONE),
            new Workload(
                    "large",
                    "request-reply of 64 KiB, 16 clients",
                    Mode.REQUEST,
                    Transport.TCP,
                    16,
                    0,
                    LARGE,
                    Work.NONE),
            new Workload(
                    "sleep", "handler sleeps 10 ms, 64 clients", Mode.REQUEST, Transport.TCP, 64, 0, SMALL, Work.SLEEP),
            new Workload(
                    "sleep-1pct",
                    "handler sleeps 10 ms for 1 % of requests, 64 clients; p99 of the others",
                    Mode.REQUEST,
                    Transport.TCP,
                    64,
                    0,
                    SMALL,
                    Work.SLEEP_SOMETIMES),
            encrypted(connect(64)),
            encrypted(request(64)),
            udp(1),
            udp(64));

    private static Workload connect(int clients) {
        String title = "connect-echo-close, " + clients + " clients";
        return new Workload("connect-" + clients, title, Mode.CONNECT, Transport.TCP, clients, 0, SMALL, Work.NONE);
    }

    private static Workload request(int clients) {
        String title = "request-reply, " + clients + " clients";
        return new Workload("request-" + clients, title, Mode.REQUEST, Transport.TCP, clients, 0, SMALL, Work.NONE);
    }

    /** The same over TLS, with a full handshake for each connection. */
    private static Workload encrypted(Workload plain) {
        return new Workload(
                "tls-" + plain.id,
                "TLS " + plain.title,
                plain.mode,
                Transport.TLS,
                plain.connections,
                plain.idle,
                plain.payload,
                plain.work);
    }

    private static Workload udp(int clients) {
        String title = "UDP echo, " + clients + (clients == 1 ? " socket" : " sockets");
        return new Workload("udp-" + clients, title, Mode.UDP, Transport.UDP, clients, 0, SMALL, Work.NONE);
    }

    /** Returns the workload of that name; throws {@link IllegalArgumentException} if there is none. */
    static Workload of(String id) {
        return ALL.stream()
                .filter(workload -> workload.id.equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no such workload: " + id));
    }

    /**
     * How long to load a server with it, where others take {@code usual}: handshakes are much code and few a second, so
     * that the JVM compiles them late.
     */
    Times times(Times usual) {
        boolean handshakes = transport == Transport.TLS && mode == Mode.CONNECT;
        return handshakes ? new Times(usual.warmup().multipliedBy(HANDSHAKES_WARMUP), usual.duration()) : usual;
    }

    /** How much a server reads at a time. */
    int bufferBytes() {
        return Math.max(BUFFER, payload);
    }

    /**
     * The percentile of all latencies that is the 99th of the requests whose handler does not sleep, provided that it
     * is below the time a sleeper takes: the sleepers are the slowest then.
     */
    double tail() {
        return work == Work.SLEEP_SOMETIMES ? TAIL * (1 - Work.SLEEPERS) : TAIL;
    }
}

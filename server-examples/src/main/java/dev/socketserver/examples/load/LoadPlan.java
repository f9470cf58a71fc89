package dev.socketserver.examples.load;

import java.net.SocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a load run is to do. Immutable and thread-safe.
 *
 * @param target the server's address
 * @param mode what each client does
 * @param connections the number of clients
 * @param duration how long to measure
 * @param warmup how long to run before that, unmeasured
 * @param timeout how long to wait for a connection or an answer
 * @param payload what is sent
 * @param depth how many requests each connection has under way at a time
 * @param loops how many threads drive the clients
 */
public record LoadPlan(
        SocketAddress target,
        Mode mode,
        int connections,
        Duration duration,
        Duration warmup,
        Duration timeout,
        Payload payload,
        int depth,
        int loops) {
    /** The default number of clients, {@value}. */
    public static final int DEFAULT_CONNECTIONS = 64;

    /** The default payload, {@value} bytes. */
    public static final int DEFAULT_PAYLOAD = 64;

    /** The default time to measure. */
    public static final Duration DEFAULT_DURATION = Duration.ofSeconds(10);

    /** The default time to warm up. */
    public static final Duration DEFAULT_WARMUP = Duration.ofSeconds(2);

    /** The default time to wait for a connection or an answer on it. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    /** The default time after which a datagram is taken for lost. */
    public static final Duration DEFAULT_UDP_TIMEOUT = Duration.ofSeconds(1);

    /**
     * The default number of threads that drive the clients: 2, where there are two processors. Measured on two, the
     * second lets {@link Mode#CONNECT} reach 40,000 connections/s instead of 27,000 and costs the other modes nothing.
     */
    public static final int DEFAULT_LOOPS = Math.min(2, Runtime.getRuntime().availableProcessors());

    /** The most clients, {@value}. */
    public static final int MAX_CONNECTIONS = 1_000_000;

    /** The most requests under way on a connection, {@value}. */
    public static final int MAX_DEPTH = 1024;

    private static final int MAX_DATAGRAM = 65_507;
    private static final int SEQUENCE_BYTES = Long.BYTES;

    /** Checks every value; the message of the exception names the bad one. */
    public LoadPlan {
        require(
                connections >= 1 && connections <= MAX_CONNECTIONS,
                "connections must be 1 to " + MAX_CONNECTIONS,
                connections);
        require(!duration.isNegative() && !duration.isZero(), "duration must be positive", seconds(duration));
        require(!warmup.isNegative(), "warmup must not be negative", seconds(warmup));
        require(!timeout.isNegative() && !timeout.isZero(), "timeout must be positive", seconds(timeout));
        require(depth >= 1 && depth <= MAX_DEPTH, "pipeline must be 1 to " + MAX_DEPTH, depth);
        require(loops >= 1, "threads must be at least 1", loops);
        require(mode != Mode.CONNECT || depth == 1, "pipeline must be 1 in mode connect", depth);
        require(
                mode != Mode.UDP || payload.size() <= MAX_DATAGRAM,
                "payload must be at most " + MAX_DATAGRAM + " bytes in mode udp",
                payload.size());
        require(
                mode != Mode.UDP || depth == 1 || payload.size() >= SEQUENCE_BYTES,
                "payload must be at least " + SEQUENCE_BYTES + " bytes for a pipeline of datagrams",
                payload.size());
    }

    private static void require(boolean condition, String rule, Object value) {
        if (!condition) {
            throw new IllegalArgumentException(rule + ": " + value);
        }
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() / 1e3 + " s";
    }

    /** A plan with every default, for the server at {@code target}. */
    public static Builder builder(SocketAddress target) {
        return new Builder(target);
    }

    /** Collects the values of a {@link LoadPlan}; {@link #build} checks them. Not thread-safe. */
    public static final class Builder {
        private final SocketAddress target;
        private Mode mode = Mode.REQUEST;
        private int connections = DEFAULT_CONNECTIONS;
        private Duration duration = DEFAULT_DURATION;
        private Duration warmup = DEFAULT_WARMUP;
        private @Nullable Duration timeout;
        private Payload payload = Payload.ofSize(DEFAULT_PAYLOAD);
        private int depth = 1;
        private int loops;

        private Builder(SocketAddress target) {
            this.target = target;
        }

        /** What each client does; default: {@link Mode#REQUEST}. */
        public Builder mode(Mode value) {
            mode = value;
            return this;
        }

        /** The number of clients; default: {@value LoadPlan#DEFAULT_CONNECTIONS}. */
        public Builder connections(int value) {
            connections = value;
            return this;
        }

        /** How long to measure; default: {@link LoadPlan#DEFAULT_DURATION}. */
        public Builder duration(Duration value) {
            duration = value;
            return this;
        }

        /** How long to run unmeasured before that; default: {@link LoadPlan#DEFAULT_WARMUP}. */
        public Builder warmup(Duration value) {
            warmup = value;
            return this;
        }

        /**
         * How long to wait for a connection or an answer; default: {@link LoadPlan#DEFAULT_TIMEOUT}, for datagrams
         * {@link LoadPlan#DEFAULT_UDP_TIMEOUT}.
         */
        public Builder timeout(Duration value) {
            timeout = value;
            return this;
        }

        /** What is sent; default: {@value LoadPlan#DEFAULT_PAYLOAD} printable bytes. */
        public Builder payload(Payload value) {
            payload = value;
            return this;
        }

        /** How many requests each connection has under way at a time; default: 1. */
        public Builder depth(int value) {
            depth = value;
            return this;
        }

        /** How many threads drive the clients; 0, the default, follows the machine and the number of clients. */
        public Builder loops(int value) {
            loops = value;
            return this;
        }

        /** The plan; throws {@link IllegalArgumentException} naming the value that is out of range. */
        public LoadPlan build() {
            Duration patience = timeout != null ? timeout : mode == Mode.UDP ? DEFAULT_UDP_TIMEOUT : DEFAULT_TIMEOUT;
            int threads = loops == 0 ? DEFAULT_LOOPS : loops;
            return new LoadPlan(
                    target,
                    mode,
                    connections,
                    duration,
                    warmup,
                    patience,
                    payload,
                    depth,
                    Math.min(threads, connections));
        }
    }
}

package dev.socketserver.examples.load;

import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The plan of a load run. Immutable and thread-safe.
 *
 * @param target the server's address
 * @param mode what each client does
 * @param connections the number of clients
 * @param duration how long to measure
 * @param warmup how long to run before measuring
 * @param timeout how long to wait for a connection or an answer
 * @param requests how many operations to measure; 0 for as many as possible in that time
 * @param script the messages and the expected answers
 * @param greeting the end of the greeting that the server sends first; null if it sends none
 * @param depth how many requests are in flight on each connection
 * @param loops how many threads drive the clients
 * @param rate the operations scheduled per second; null for a closed loop
 * @param idle the number of additional silent clients
 * @param slow the number of additional clients that send byte by byte
 * @param drip the pause after each byte of a slow client
 * @param tls the TLS configuration; null for none
 * @param sources the source addresses; null for the system's choice, or many loopback addresses towards a loopback one
 */
public record LoadPlan(
        SocketAddress target,
        Mode mode,
        int connections,
        Duration duration,
        Duration warmup,
        Duration timeout,
        long requests,
        Script script,
        @Nullable Answer greeting,
        int depth,
        int loops,
        @Nullable Rate rate,
        int idle,
        int slow,
        Duration drip,
        @Nullable ClientTls tls,
        @Nullable SourceAddresses sources) {
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

    /** The default time after which a datagram counts as lost. */
    public static final Duration DEFAULT_UDP_TIMEOUT = Duration.ofSeconds(1);

    /** The default pause after each byte of a slow client. */
    public static final Duration DEFAULT_DRIP = Duration.ofMillis(100);

    private static final Duration UNLIMITED = Duration.ofDays(365);

    private static final int FEW_PROCESSORS = 2;

    /** The maximum number of clients, {@value}. */
    public static final int MAX_CONNECTIONS = 1_000_000;

    /** The maximum number of requests in flight on a connection, {@value}. */
    public static final int MAX_DEPTH = 1024;

    private static final int MAX_DATAGRAM = 65_507;
    private static final int SEQUENCE_BYTES = Long.BYTES;

    /** Checks every value; the exception's message names the invalid one. */
    public LoadPlan {
        requireBetween("connections", 1, connections, MAX_CONNECTIONS);
        requireBetween("idle", 0, idle, MAX_CONNECTIONS);
        requireBetween("slow", 0, slow, MAX_CONNECTIONS);
        requireBetween("pipeline", 1, depth, MAX_DEPTH);
        requireBetween("threads", 1, loops, Integer.MAX_VALUE);
        require(!duration.isNegative() && !duration.isZero(), "duration must be positive", seconds(duration));
        require(!warmup.isNegative(), "warmup must not be negative", seconds(warmup));
        require(!timeout.isNegative() && !timeout.isZero(), "timeout must be positive", seconds(timeout));
        require(!drip.isNegative() && !drip.isZero(), "drip must be positive", seconds(drip));
        boolean pipelines = mode == Mode.REQUEST || mode == Mode.UDP;
        boolean scheduled = pipelines || mode == Mode.CONNECT;
        require(depth == 1 || pipelines, "pipeline must be 1 in mode " + mode, depth);
        require(rate == null || scheduled, "rate does not apply to mode " + mode, rate + "");
        require(requests >= 0, "requests must not be negative", requests);
        require(requests == 0 || scheduled, "requests does not apply to mode " + mode, requests);
        if (script.answer().isUntilClose()) {
            require(mode == Mode.CONNECT, "until-close needs mode connect, not", mode);
            require(idle + slow == 0, "until-close excludes companions, which keep their connections", idle + slow);
        }
        if (mode == Mode.UDP) {
            require(idle == 0, "idle companions are connections, not for mode udp", idle);
            require(slow == 0, "slow companions are connections, not for mode udp", slow);
            require(tls == null, "tls is not for mode", Mode.UDP);
            require(greeting == null, "greeting-until is not for mode", Mode.UDP);
            require(!(target instanceof UnixDomainSocketAddress), "target must be HOST:PORT in mode udp", target);
            requireDatagrams(script, depth);
        }
    }

    /** Returns whether the operations of the warm-up have to end before the first one that is counted begins. */
    boolean separatesWarmup() {
        return requests > 0 && rate == null && !warmup.isZero();
    }

    private static void requireDatagrams(Script script, int depth) {
        for (Script.Step step : script.steps()) {
            int size = step.message().size();
            require(size <= MAX_DATAGRAM, "payload must be at most " + MAX_DATAGRAM + " bytes in mode udp", size);
            require(
                    depth == 1 || (script.numbersDatagrams() && size >= SEQUENCE_BYTES),
                    "payload must be at least " + SEQUENCE_BYTES + " bytes for a pipeline of datagrams",
                    size);
        }
        require(script.answer().suitsDatagrams(), script.answer().option() + " is not for mode", Mode.UDP);
    }

    private static void requireBetween(String name, int least, int value, int most) {
        String range = most == Integer.MAX_VALUE ? "at least " + least : least + " to " + most;
        require(value >= least && value <= most, name + " must be " + range, value);
    }

    private static void require(boolean condition, String rule, Object value) {
        if (!condition) {
            throw new IllegalArgumentException(rule + ": " + value);
        }
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() / 1e3 + " s";
    }

    /**
     * Returns the default number of threads that drive the clients: 2, or 1 on at most two processors if the mode is
     * cheap for the client. Measured on two processors, the second thread increases connections per second by half and
     * datagrams by a fifth, but slows requests down, since it takes processor time from the server.
     */
    static int defaultLoops(Mode mode) {
        int processors = Runtime.getRuntime().availableProcessors();
        boolean dear = mode == Mode.CONNECT || mode == Mode.UDP;
        return processors > FEW_PROCESSORS || (processors == FEW_PROCESSORS && dear) ? 2 : 1;
    }

    /** Returns the number of all clients, including the additional ones. */
    public int clients() {
        return connections + idle + slow;
    }

    /** Returns a copy of this plan for the server at another address. */
    public LoadPlan at(SocketAddress address) {
        return new LoadPlan(
                address,
                mode,
                connections,
                duration,
                warmup,
                timeout,
                requests,
                script,
                greeting,
                depth,
                loops,
                rate,
                idle,
                slow,
                drip,
                tls,
                sources);
    }

    /** Returns a builder with every default, for the server at {@code target}. */
    public static Builder builder(SocketAddress target) {
        return new Builder(target);
    }

    /** Collects the values of a {@link LoadPlan}; {@link #build} checks them. Not thread-safe. */
    public static final class Builder {
        private final SocketAddress target;
        private Mode mode = Mode.REQUEST;
        private int connections = DEFAULT_CONNECTIONS;
        private @Nullable Duration duration;
        private @Nullable Duration warmup;
        private @Nullable Duration timeout;
        private long requests;
        private Script script = Script.echo(Message.ofSize(DEFAULT_PAYLOAD));
        private @Nullable Answer greeting;
        private int depth = 1;
        private int loops;
        private @Nullable Rate rate;
        private int idle;
        private int slow;
        private Duration drip = DEFAULT_DRIP;
        private @Nullable ClientTls tls;
        private @Nullable SourceAddresses sources;

        private Builder(SocketAddress target) {
            this.target = target;
        }

        /** Sets what each client does; default: {@link Mode#REQUEST}. */
        public Builder mode(Mode value) {
            mode = value;
            return this;
        }

        /** Sets the number of clients; default: {@value LoadPlan#DEFAULT_CONNECTIONS}. */
        public Builder connections(int value) {
            connections = value;
            return this;
        }

        /** Sets how long to measure; default: {@link LoadPlan#DEFAULT_DURATION}, or no limit with {@link #requests}. */
        public Builder duration(@Nullable Duration value) {
            duration = value;
            return this;
        }

        /**
         * Sets how long to run before measuring; default: {@link LoadPlan#DEFAULT_WARMUP}, or zero with
         * {@link #requests}.
         */
        public Builder warmup(@Nullable Duration value) {
            warmup = value;
            return this;
        }

        /**
         * Sets how long to wait for a connection or an answer; null, the default, means
         * {@link LoadPlan#DEFAULT_TIMEOUT}, for datagrams {@link LoadPlan#DEFAULT_UDP_TIMEOUT}.
         */
        public Builder timeout(@Nullable Duration value) {
            timeout = value;
            return this;
        }

        /** Sets how many operations to measure; 0, the default, for as many as possible in the time. */
        public Builder requests(long value) {
            requests = value;
            return this;
        }

        /** Sets a payload that must be echoed; default: {@value LoadPlan#DEFAULT_PAYLOAD} printable bytes. */
        public Builder payload(Message value) {
            return script(Script.echo(value));
        }

        /** Sets the messages and the expected answers; default: as {@link #payload}. */
        public Builder script(Script value) {
            script = value;
            return this;
        }

        /** Sets the end of the server's greeting; null, the default, for none. */
        public Builder greeting(@Nullable Answer value) {
            greeting = value;
            return this;
        }

        /** Sets how many requests are in flight on each connection; default: 1. */
        public Builder depth(int value) {
            depth = value;
            return this;
        }

        /** Sets how many threads drive the clients; 0, the default, for a number that suits mode and machine. */
        public Builder loops(int value) {
            loops = value;
            return this;
        }

        /** Sets the operations scheduled per second; null, the default, for a closed loop. */
        public Builder rate(@Nullable Rate value) {
            rate = value;
            return this;
        }

        /** Sets the number of additional silent clients; default: 0. */
        public Builder idle(int value) {
            idle = value;
            return this;
        }

        /** Sets the number of additional clients that send byte by byte; default: 0. */
        public Builder slow(int value) {
            slow = value;
            return this;
        }

        /** Sets the pause after each byte of a slow client; default: {@link LoadPlan#DEFAULT_DRIP}. */
        public Builder drip(Duration value) {
            drip = value;
            return this;
        }

        /** Sets the TLS configuration; null, the default, for none. */
        public Builder tls(@Nullable ClientTls value) {
            tls = value;
            return this;
        }

        /** Sets the source addresses; null, the default, for addresses that suit the target. */
        public Builder sources(@Nullable SourceAddresses value) {
            sources = value;
            return this;
        }

        /** Returns the plan; throws an {@link IllegalArgumentException} that names a value out of range. */
        public LoadPlan build() {
            Duration patience = timeout != null ? timeout : mode == Mode.UDP ? DEFAULT_UDP_TIMEOUT : DEFAULT_TIMEOUT;
            boolean counted = requests > 0;
            Duration time = duration != null ? duration : counted ? UNLIMITED : DEFAULT_DURATION;
            Duration before = warmup != null ? warmup : counted ? Duration.ZERO : DEFAULT_WARMUP;
            int threads = Math.min(loops == 0 ? defaultLoops(mode) : loops, Math.max(1, connections));
            return new LoadPlan(
                    target,
                    mode,
                    connections,
                    time,
                    before,
                    patience,
                    requests,
                    script,
                    greeting,
                    depth,
                    threads,
                    rate,
                    idle,
                    slow,
                    drip,
                    tls,
                    sources);
        }
    }
}

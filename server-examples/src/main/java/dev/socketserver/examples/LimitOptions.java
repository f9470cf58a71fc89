package dev.socketserver.examples;

import dev.socketserver.ServerConfig;
import dev.socketserver.limit.AccessList;
import dev.socketserver.limit.AtLimit;
import dev.socketserver.limit.RateLimit;
import dev.socketserver.limit.SourceLimits;
import dev.socketserver.net.Cidr;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code echo} that limit what peers may do. */
final class LimitOptions {
    private static final ServerConfig DEFAULTS = ServerConfig.ofPort(0);

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            description = "The maximum number of connections; default: 0, derived from the descriptor limit.")
    private int maxConnections;

    @Option(
            names = "--at-limit",
            paramLabel = "KIND",
            description = "pause or refuse: what happens to further connections; default: pause.")
    private AtLimit atLimit = AtLimit.PAUSE;

    @Option(
            names = "--accept-rate",
            paramLabel = "N",
            description = "The maximum number of new connections per second; default: no limit.")
    private @Nullable Long acceptRate;

    @Option(
            names = "--max-per-source",
            paramLabel = "N",
            description = "The maximum number of connections per IPv4 address or IPv6 /64 network; default: no limit.")
    private @Nullable Integer maxPerSource;

    @Option(
            names = "--rate-per-source",
            paramLabel = "N",
            description = "The maximum number of connections or datagrams of one of these per second; default: none.")
    private @Nullable Long ratePerSource;

    @Option(
            names = "--allow",
            paramLabel = "CIDR",
            split = ",",
            description = "The only addresses allowed, such as 10.0.0.0/8; default: all.")
    private List<Cidr> allowed = List.of();

    @Option(
            names = "--deny",
            paramLabel = "CIDR",
            split = ",",
            description = "Denied addresses, such as 192.0.2.0/24,2001:db8::/32; default: none.")
    private List<Cidr> denied = List.of();

    @Option(
            names = "--idle-timeout",
            paramLabel = "S",
            description = "How long a peer may be silent, in seconds; default: 60.")
    private Duration idleTimeout = DEFAULTS.idleTimeout();

    @Option(
            names = "--read-timeout",
            paramLabel = "S",
            description = "How long a read may wait for its peer, in seconds; default: 30.")
    private Duration readTimeout = DEFAULTS.readTimeout();

    @Option(
            names = "--message-timeout",
            paramLabel = "S",
            description = "How long a message may take to arrive, in seconds; default: 30.")
    private Duration messageTimeout = DEFAULTS.messageTimeout();

    @Option(
            names = "--write-timeout",
            paramLabel = "S",
            description = "How long a write may wait for its peer, in seconds; default: 60.")
    private Duration writeTimeout = DEFAULTS.writeTimeout();

    @Option(
            names = "--min-read-rate",
            paramLabel = "N",
            description = "Bytes per second that a peer must send while reads wait for the rest; default: 240.")
    private int minReadRate = DEFAULTS.minReadRate();

    @Option(
            names = "--min-write-rate",
            paramLabel = "N",
            description = "Bytes per second that a peer must accept for which writes wait; default: 240.")
    private int minWriteRate = DEFAULTS.minWriteRate();

    private static void checkPositive(String option, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(option + " must be at least 1: " + value);
        }
    }

    /**
     * Sets these options in a configuration.
     *
     * @throws IllegalArgumentException if an option is invalid; the message names the option and its value
     */
    void apply(ServerConfig.Builder config) {
        config.maxConnections(maxConnections)
                .atLimit(atLimit)
                .idleTimeout(idleTimeout)
                .readTimeout(readTimeout)
                .messageTimeout(messageTimeout)
                .writeTimeout(writeTimeout)
                .minReadRate(minReadRate)
                .minWriteRate(minWriteRate);
        if (acceptRate != null) {
            checkPositive("accept-rate", acceptRate);
            config.acceptRate(RateLimit.perSecond(acceptRate));
        }
        if (maxPerSource != null || ratePerSource != null) {
            SourceLimits.Builder limits = SourceLimits.builder();
            if (maxPerSource != null) {
                checkPositive("max-per-source", maxPerSource);
                limits.maxConnections(maxPerSource);
            }
            if (ratePerSource != null) {
                checkPositive("rate-per-source", ratePerSource);
                limits.rate(RateLimit.perSecond(ratePerSource));
            }
            config.sourceLimits(limits.build());
        }
        if (!allowed.isEmpty() || !denied.isEmpty()) {
            config.accessList(new AccessList(allowed, denied));
        }
    }
}

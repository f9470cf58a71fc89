package dev.socketserver.examples;

import dev.socketserver.examples.cli.AddressConverter;
import dev.socketserver.examples.cli.SecondsConverter;
import dev.socketserver.examples.load.LoadPlan;
import dev.socketserver.examples.load.Mode;
import dev.socketserver.examples.load.Payload;
import dev.socketserver.examples.load.Rate;
import dev.socketserver.examples.load.SourceAddresses;
import dev.socketserver.examples.load.Tls;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code load} that say what to do; a plan is made of them. */
final class LoadOptions {
    @Option(
            names = "--target",
            required = true,
            paramLabel = "HOST:PORT",
            converter = AddressConverter.class,
            description = "The server; or unix:PATH.")
    private @Nullable SocketAddress target;

    @Option(names = "--mode", paramLabel = "MODE", description = "${COMPLETION-CANDIDATES}; default: request.")
    private Mode mode = Mode.REQUEST;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "" + LoadPlan.DEFAULT_CONNECTIONS,
            description = "Clients at a time; default: ${DEFAULT-VALUE}.")
    private int connections;

    @Option(
            names = "--duration",
            paramLabel = "S",
            converter = SecondsConverter.class,
            description = "Seconds to measure; default: 10.")
    private Duration duration = LoadPlan.DEFAULT_DURATION;

    @Option(
            names = "--warmup",
            paramLabel = "S",
            converter = SecondsConverter.class,
            description = "Seconds to run unmeasured before; default: 2.")
    private Duration warmup = LoadPlan.DEFAULT_WARMUP;

    @Option(
            names = "--timeout",
            paramLabel = "S",
            converter = SecondsConverter.class,
            description = "Seconds to wait for a connection or an answer; default: 10, in mode udp 1.")
    private @Nullable Duration timeout;

    @Option(
            names = "--payload",
            paramLabel = "BYTES",
            converter = PayloadConverter.class,
            description = "What is sent and has to come back: a size (K and M allowed), random:SIZE, text:TEXT or"
                    + " file:PATH; default: " + LoadPlan.DEFAULT_PAYLOAD + ".")
    private Payload payload = Payload.ofSize(LoadPlan.DEFAULT_PAYLOAD);

    @Option(
            names = "--pipeline",
            paramLabel = "N",
            defaultValue = "1",
            description = "Requests under way on each connection; default: ${DEFAULT-VALUE}.")
    private int depth;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Operations to begin per second, whatever the server does; default: as it answers.")
    private @Nullable Double rate;

    @Option(
            names = "--ramp",
            paramLabel = "A:B:S",
            converter = RampConverter.class,
            description = "A rate that goes from A to B in S seconds, 0:50000:30.")
    private @Nullable Rate ramp;

    @Option(
            names = "--idle",
            paramLabel = "N",
            defaultValue = "0",
            description = "Silent connections to hold meanwhile; each must answer at the end.")
    private int idle;

    @Option(
            names = "--slow",
            paramLabel = "N",
            defaultValue = "0",
            description = "Connections that meanwhile send byte by byte.")
    private int slow;

    @Option(
            names = "--drip",
            paramLabel = "S",
            converter = SecondsConverter.class,
            description = "Seconds between the bytes of a slow connection; default: 0.1.")
    private Duration drip = LoadPlan.DEFAULT_DRIP;

    @Option(names = "--tls", description = "Encrypt; the certificate must be valid.")
    private boolean tls;

    @Option(names = "--insecure", description = "With --tls: accept any certificate.")
    private boolean insecure;

    @Option(
            names = "--source",
            paramLabel = "ADDRESS",
            converter = SourceConverter.class,
            description = "Where to connect from: addresses and networks, 127.0.0.0/8; default: as suits the target.")
    private @Nullable SourceAddresses sources;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Threads that drive the clients; default: 1 or 2, as suits mode and machine.")
    private int threads;

    /**
     * The plan.
     *
     * @throws IllegalArgumentException naming the option, without its dashes, that is out of range
     */
    LoadPlan plan() throws GeneralSecurityException {
        SocketAddress server = Objects.requireNonNull(target, "target is required");
        if (rate != null && ramp != null) {
            throw new IllegalArgumentException("rate and --ramp exclude each other");
        }
        return LoadPlan.builder(server)
                .mode(mode)
                .connections(connections)
                .duration(duration)
                .warmup(warmup)
                .timeout(timeout)
                .payload(payload)
                .depth(depth)
                .loops(threads)
                .rate(rate == null ? ramp : Rate.constant(rate))
                .idle(idle)
                .slow(slow)
                .drip(drip)
                .tls(encryption(server))
                .sources(sources)
                .build();
    }

    private @Nullable Tls encryption(SocketAddress server) throws GeneralSecurityException {
        if (!tls) {
            return null;
        }
        String host = server instanceof InetSocketAddress inet ? inet.getHostString() : "localhost";
        return insecure ? Tls.insecure(host) : Tls.verified(host);
    }
}

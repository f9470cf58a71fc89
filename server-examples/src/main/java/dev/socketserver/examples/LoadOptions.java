package dev.socketserver.examples;

import dev.socketserver.examples.cli.Escapes;
import dev.socketserver.examples.cli.Target;
import dev.socketserver.examples.cli.Target.Scheme;
import dev.socketserver.examples.load.Answer;
import dev.socketserver.examples.load.ClientTls;
import dev.socketserver.examples.load.LoadPlan;
import dev.socketserver.examples.load.Message;
import dev.socketserver.examples.load.Mode;
import dev.socketserver.examples.load.Rate;
import dev.socketserver.examples.load.Script;
import dev.socketserver.examples.load.SourceAddresses;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options of {@code load} that make up a plan. */
final class LoadOptions {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "TARGET",
            description = "The server: HOST:PORT, optionally preceded by tcp://, tls:// or udp://, or unix:PATH.")
    private @Nullable String positional;

    @Option(names = "--target", paramLabel = "TARGET", description = "The same, as an option.")
    private @Nullable String target;

    @ArgGroup(validate = false, order = 1, heading = "%nLoad:%n")
    private Load load = new Load();

    @ArgGroup(validate = false, order = 2, heading = "%nMessages and answers:%n")
    private Messages messages = new Messages();

    @ArgGroup(validate = false, order = 3, heading = "%nConnections:%n")
    private Connections connections = new Connections();

    /** The amount and duration of the load. */
    private static final class Load {
        @Option(
                names = "--mode",
                paramLabel = "MODE",
                description = "${COMPLETION-CANDIDATES}; default: request, or udp for udp://.")
        private @Nullable Mode mode;

        @Option(
                names = {"-c", "--connections"},
                paramLabel = "N",
                description = "Clients; default: ${DEFAULT-VALUE}.")
        private int clients = LoadPlan.DEFAULT_CONNECTIONS;

        @Option(
                names = {"-d", "--duration"},
                paramLabel = "TIME",
                description = "How long to measure; default: 10s, or no limit with -n.")
        private @Nullable Duration duration;

        @Option(
                names = {"-n", "--requests"},
                paramLabel = "N",
                description = "Number of operations to measure; default: as many as --duration allows.")
        private long requests;

        @Option(
                names = "--warmup",
                paramLabel = "TIME",
                description = "How long to run before measuring; default: 2s, or none with -n.")
        private @Nullable Duration warmup;

        @Option(
                names = "--timeout",
                paramLabel = "TIME",
                description = "How long to wait for a connection or an answer; default: 10s, or 1s in mode udp.")
        private @Nullable Duration timeout;

        @Option(
                names = "--pipeline",
                paramLabel = "N",
                description = "Outstanding requests per connection; default: ${DEFAULT-VALUE}.")
        private int depth = 1;

        @Option(
                names = "--rate",
                paramLabel = "N",
                description = "Operations to start per second, however fast the server answers; default: closed loop.")
        private @Nullable Double rate;

        @Option(
                names = "--ramp",
                paramLabel = "A:B:S",
                description = "A rate that rises or falls from A to B in S seconds, such as 0:50000:30.")
        private @Nullable Rate ramp;

        @Option(
                names = {"-t", "--threads"},
                paramLabel = "N",
                description = "Threads that drive the clients; default: 1 or 2, depending on mode and machine.")
        private int threads;
    }

    /** The messages and the expected answers. */
    private static final class Messages {
        private static final Message DEFAULT_PAYLOAD = Message.ofSize(LoadPlan.DEFAULT_PAYLOAD);

        @Option(
                names = "--payload",
                paramLabel = "BYTES",
                description = "Bytes the server must echo unchanged: a size (K and M allowed), random:SIZE,"
                        + " text:TEXT, hex:DIGITS, file:PATH; default: " + LoadPlan.DEFAULT_PAYLOAD + ".")
        private Message payload = DEFAULT_PAYLOAD;

        @Option(
                names = "--send",
                paramLabel = "MESSAGE",
                description = "The message: text with escapes such as \\r\\n, hex:DIGITS or file:PATH.")
        private @Nullable String send;

        @Option(
                names = "--messages",
                paramLabel = "F",
                description = "A file of messages to send in turn, one per line, each optionally followed by"
                        + " a tab and the expected answer.")
        private @Nullable Path file;

        @Option(
                names = "--expect",
                paramLabel = "MESSAGE",
                description = "The answer; default: the message itself, unless an option below describes the answer.")
        private @Nullable String expect;

        @Option(names = "--expect-length", paramLabel = "BYTES", description = "Each answer has this length.")
        private @Nullable Integer length;

        @Option(
                names = "--until",
                paramLabel = "TEXT",
                description = "Each answer ends with this text, such as \\r\\n.")
        private @Nullable String until;

        @Option(
                names = "--frame",
                paramLabel = "N",
                description = "Each answer begins with its length, big-endian in N bytes.")
        private @Nullable Integer frame;

        @Option(
                names = "--until-close",
                description = "Each answer ends when the server closes the connection; for mode connect.")
        private boolean untilClose;

        @Option(
                names = "--expect-regex",
                paramLabel = "REGEX",
                description = "Each answer contains a match. Unless an option above determines where it ends, it is the"
                        + " match from its first byte on.")
        private @Nullable String regex;

        @Option(
                names = "--greeting-until",
                paramLabel = "TEXT",
                description = "The server speaks first, up to this text.")
        private @Nullable String greeting;

        private Script script() {
            if (send == null && file == null && expect == null && ends().isEmpty() && regex == null) {
                return Script.echo(payload);
            }
            require(send == null || file == null, "send and --messages are mutually exclusive");
            require(send == null || payload == DEFAULT_PAYLOAD, "payload and --send are mutually exclusive");
            require(file == null || payload == DEFAULT_PAYLOAD, "payload and --messages are mutually exclusive");
            require(ends().size() <= 1, String.join(" and --", ends()) + " are mutually exclusive");
            Message expected = expect == null ? null : message("expect", expect);
            Answer answer = answer();
            List<Script.Step> steps = file != null
                    ? readMessages(file, expected)
                    : List.of(new Script.Step(send == null ? payload : message("send", send), expected));
            return new Script(steps, answer, false);
        }

        private static List<Script.Step> readMessages(Path file, @Nullable Message expected) {
            try {
                return Script.read(file, expected);
            } catch (IOException e) {
                throw new IllegalArgumentException("messages: cannot read the file " + file, e);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("messages: " + e.getMessage(), e);
            }
        }

        private List<String> ends() {
            return Stream.of(
                            length == null ? null : "expect-length",
                            until == null ? null : "until",
                            frame == null ? null : "frame",
                            untilClose ? "until-close" : null)
                    .filter(Objects::nonNull)
                    .toList();
        }

        private Answer answer() {
            Answer end = length != null
                    ? Answer.ofLength(length)
                    : until != null
                            ? Answer.until(bytes("until", until))
                            : frame != null ? Answer.frame(frame) : untilClose ? Answer.UNTIL_CLOSE : Answer.EXACT;
            if (regex == null) {
                return end;
            }
            try {
                return end == Answer.EXACT && expect == null ? Answer.matching(regex) : end.containing(regex);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("expect-regex: " + e.getMessage(), e);
            }
        }

        private @Nullable Answer greeting() {
            if (greeting == null) {
                return null;
            }
            require(!greeting.isEmpty(), "greeting-until must not be empty: \"\"");
            return Answer.until(bytes("greeting-until", greeting));
        }

        private static byte[] bytes(String option, String text) {
            try {
                return Escapes.parse(text);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(option + ": " + e.getMessage(), e);
            }
        }

        private static Message message(String option, String text) {
            try {
                return Message.parse(text);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(option + ": " + e.getMessage(), e);
            }
        }
    }

    /** The kinds of connections and their source addresses. */
    private static final class Connections {
        @Option(
                names = "--idle",
                paramLabel = "N",
                description = "Silent connections to hold during the run; each must answer at the end; default: 0.")
        private int idle;

        @Option(
                names = "--slow",
                paramLabel = "N",
                description = "Connections that send byte by byte during the run; default: 0.")
        private int slow;

        @Option(
                names = "--drip",
                paramLabel = "TIME",
                description = "The pause between the bytes of a slow connection; default: 0.1s.")
        private @Nullable Duration drip;

        @Option(names = "--tls", description = "Use TLS, as with tls://; the certificate must be valid.")
        private boolean tls;

        @Option(names = "--insecure", description = "With TLS: accept any certificate.")
        private boolean insecure;

        @Option(
                names = "--source",
                paramLabel = "ADDRESS",
                description = "Source addresses and networks, such as 127.0.0.0/8; default: chosen by the system;"
                        + " in mode connect to loopback, 100 addresses.")
        private @Nullable SourceAddresses sources;
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /**
     * Returns the plan, for the first address of the target.
     *
     * @throws IllegalArgumentException if an option is out of range; the message names it without its dashes
     */
    LoadPlan plan() throws GeneralSecurityException {
        Target server = server();
        LoadPlan plan = builder(server)
                .mode(mode(server))
                .script(messages.script())
                .greeting(messages.greeting())
                .build();
        require(
                !connections.insecure || plan.tls() != null,
                "insecure needs --tls, or a target that begins with tls://");
        require(
                connections.drip == null || plan.slow() > 0 || plan.mode() == Mode.SLOW,
                "drip needs --slow, or --mode slow");
        return plan;
    }

    /**
     * Returns the plan for the first address of the target at which a server listens.
     *
     * @param mayBeDown whether to return a plan even if no server listens
     * @throws IOException if no server listens there
     */
    LoadPlan listening(LoadPlan plan, boolean mayBeDown) throws IOException {
        Target server = server();
        try {
            return plan.at(
                    plan.mode() == Mode.UDP
                            ? server.firstListening(
                                    plan.script().steps().get(0).message().example())
                            : server.firstListening(plan.timeout()));
        } catch (ConnectException e) {
            if (mayBeDown) {
                return plan;
            }
            throw e;
        }
    }

    private Mode mode(Target server) {
        boolean datagrams = server.scheme().filter(Scheme.UDP::equals).isPresent();
        Mode mode = load.mode != null ? load.mode : datagrams ? Mode.UDP : Mode.REQUEST;
        server.scheme()
                .filter(scheme -> scheme != Scheme.UNIX)
                .ifPresent(scheme -> require(
                        (scheme == Scheme.UDP) == (mode == Mode.UDP),
                        "mode " + mode + " is not for a target that begins with " + scheme + "://"));
        return mode;
    }

    private LoadPlan.Builder builder(Target server) throws GeneralSecurityException {
        require(load.rate == null || load.ramp == null, "rate and --ramp are mutually exclusive");
        boolean tls =
                connections.tls || server.scheme().filter(Scheme.TLS::equals).isPresent();
        return LoadPlan.builder(server.addresses().get(0))
                .connections(load.clients)
                .duration(load.duration)
                .requests(load.requests)
                .warmup(load.warmup)
                .timeout(load.timeout)
                .depth(load.depth)
                .rate(load.rate == null ? load.ramp : Rate.constant(load.rate))
                .loops(load.threads)
                .idle(connections.idle)
                .slow(connections.slow)
                .drip(connections.drip == null ? LoadPlan.DEFAULT_DRIP : connections.drip)
                .tls(tls ? encryption(server.host()) : null)
                .sources(connections.sources);
    }

    private Target server() {
        require(positional == null || target == null, "target and TARGET are mutually exclusive");
        String text = target == null ? positional : target;
        if (text == null) {
            throw new IllegalArgumentException("target is missing");
        }
        Target server;
        try {
            server = Target.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("target: " + e.getMessage(), e);
        }
        return connections.sources == null ? server : reachable(server, connections.sources);
    }

    /** Returns the server with those of its addresses to which one may connect from the source addresses. */
    private static Target reachable(Target server, SourceAddresses sources) {
        List<SocketAddress> some =
                server.addresses().stream().filter(sources::reach).toList();
        require(!some.isEmpty(), "source must be of the family of the target, IPv4 or IPv6: " + sources);
        return new Target(server.scheme(), server.host(), some);
    }

    private ClientTls encryption(String host) throws GeneralSecurityException {
        return connections.insecure ? ClientTls.insecure(host) : ClientTls.verified(host);
    }
}

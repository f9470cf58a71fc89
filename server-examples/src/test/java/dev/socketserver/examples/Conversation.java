package dev.socketserver.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import dev.socketserver.ServerConfig;
import dev.socketserver.StreamConnection;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import dev.socketserver.testing.InMemoryConnection;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * A handler that is sent what a fuzzer has made, in one piece and in others: both times it says the same, throws the
 * same, if anything, and leaves no buffer.
 */
public final class Conversation {
    private static final int MOST_CUTS = 15;
    private static final int LONGEST = 64; // distance of two cuts

    private static final Pattern DATE = Pattern.compile("\r\nDate: [^\r]*"); // of a page, and not of the conversation

    private final ServerConfig config;
    private final Supplier<StreamRequestHandler> handlers;
    private final List<Class<? extends IOException>> failures;

    /**
     * Creates a conversation.
     *
     * @param failures what handlers may throw
     */
    public Conversation(
            ServerConfig.Builder config,
            Supplier<StreamRequestHandler> handlers,
            List<Class<? extends IOException>> failures) {
        this.config = config.build();
        this.handlers = handlers;
        this.failures = failures;
    }

    /**
     * Sends all that the fuzzer has left. A seed is the bytes, the distances of cuts (a byte each, the last one first),
     * and how many there are (a byte).
     *
     * @return what the handler has said, a character for each byte, and what it has thrown
     */
    public String with(FuzzedDataProvider data) {
        var distances = new int[data.consumeInt(0, MOST_CUTS)];
        for (int i = 0; i < distances.length; i++) {
            distances[i] = data.consumeInt(1, LONGEST);
        }
        byte[] bytes = data.consumeRemainingAsBytes();
        var cuts = new int[distances.length];
        int count = 0;
        int at = 0;
        for (int distance : distances) {
            at += distance;
            if (at < bytes.length) {
                cuts[count++] = at;
            }
        }
        String whole = serve(bytes);
        assertThat(serve(bytes, Arrays.copyOf(cuts, count))).isEqualTo(whole);
        return whole;
    }

    private String serve(byte[] bytes, int... cuts) {
        var server = new TcpServer(config, handlers) {
            @Override
            protected void handleError(StreamConnection connection, Throwable failure) {} // serve() throws it
        };
        try (server;
                var connection = InMemoryConnection.to(server)) {
            if (bytes.length > 0) {
                connection.send(bytes, cuts);
            }
            String failure = "";
            try {
                connection.shutdownOutput().serve();
            } catch (AssertionError e) {
                Throwable cause = e.getCause();
                if (cause == null || failures.stream().noneMatch(kind -> kind.isInstance(cause))) {
                    throw e;
                }
                failure = cause.toString();
            }
            return DATE.matcher(new String(connection.receivedBytes(), ISO_8859_1))
                            .replaceAll("")
                    + failure;
        }
    }
}

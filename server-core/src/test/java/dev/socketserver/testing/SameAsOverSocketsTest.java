package dev.socketserver.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.Request;
import dev.socketserver.Server;
import dev.socketserver.ServerConfig;
import dev.socketserver.ServerListener;
import dev.socketserver.StreamConnection;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import dev.socketserver.buffer.LengthPrefix;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.TestClient;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One handler in memory and on a server over sockets: the outcome is the same for each split of the input. */
@Timeout(120)
class SameAsOverSocketsTest {
    private static final byte[] INPUT = "\3ab\ncd\ne".getBytes(UTF_8);

    /** What the two are compared by. */
    private record Outcome(String received, String failure, List<String> calls) {}

    /** Writes down how often it is set up, told goodbye and finished. */
    private abstract static class Recorder extends StreamRequestHandler {
        final List<String> calls = new ArrayList<>();

        @Override
        protected void setup() throws Exception {
            calls.add("setup");
        }

        @Override
        protected void goodbye() throws Exception {
            calls.add("goodbye");
        }

        @Override
        protected void finish() throws Exception {
            calls.add("finish");
        }
    }

    private interface Body {
        /** Handles one message; returns whether to keep open. */
        boolean handle(StreamConnection connection) throws Exception;
    }

    private static Recorder recorder(Body body) {
        return new Recorder() {
            @Override
            protected void handle() throws Exception {
                if (body.handle(connection())) {
                    keepOpen();
                }
            }
        };
    }

    @SuppressWarnings("ImmutableEnumChecker") // the suppliers have no state
    private enum Case {
        STREAM_ECHO(() -> recorder(connection -> {
            connection.in().transferTo(connection.out());
            return false;
        })),
        KEPT_ECHO(() -> recorder(connection -> {
            ByteBuf received = connection.in().buffer();
            connection.out().write(received);
            return true;
        })),
        KEPT_LINES(() -> recorder(connection -> {
            String line = connection.in().readLine(UTF_8, 10);
            if (line != null) {
                connection.out().write(line.toUpperCase(Locale.ROOT) + "\r\n", UTF_8);
            }
            return line != null;
        })),
        CONVERSATION(() -> recorder(connection -> {
            while (connection.in().awaitMessage()) {
                connection.out().write(connection.in().readLine(UTF_8, 10) + ";", UTF_8);
            }
            connection.out().write("end", UTF_8);
            return false;
        })),
        NOT_YET_CONVERSATION(() -> recorder(connection -> {
            while (connection.in().awaitMessage()) {
                ByteBuf received = connection.in().buffer();
                int end = received.bytesBefore((byte) '\n');
                if (end >= 0) {
                    connection.out().write(received.readSlice(end + 1));
                }
            }
            connection.out().write(connection.in().available() + " left", UTF_8);
            return false;
        })),
        FRAMES(() -> recorder(connection -> {
            ByteBuf frame = connection.in().readFrame(1, 20);
            if (frame != null) {
                connection.out().writeFrame(2, frame);
            }
            return frame != null;
        })),
        UNTIL(() -> recorder(connection -> {
            ByteBuf message = connection.in().readUntil(new byte[] {'b', '\n'}, 5);
            if (message != null) {
                connection.out().write(message);
                connection.out().write("|", UTF_8);
            }
            return message != null;
        })),
        VARINTS(() -> recorder(connection -> {
            LengthPrefix varint = LengthPrefix.varint(4).after(1).adjustedBy(-'a');
            connection.in().read();
            ByteBuf frame = connection.in().readFrame(varint, 20);
            connection.out().writeFrame(LengthPrefix.littleEndian(2), Objects.requireNonNull(frame));
            return true;
        })),
        LIMITED(() -> recorder(connection -> {
            try (InputStream body = connection.in().limit(5)) {
                connection.out().write(body.read());
            }
            connection.in().transferTo(connection.out(), 2);
            return false;
        })),
        CUT_SHORT(() -> recorder(connection -> {
            connection.in().transferTo(connection.out(), 20);
            return false;
        })),
        NOT_YET(() -> recorder(connection -> {
            if (connection.in().available() >= 3) {
                connection.out().write(connection.in().readSlice(3));
                connection.out().write("|", UTF_8);
            }
            return true;
        })),
        WHOLE_BLOCKS(() -> recorder(connection -> {
            var block = new byte[4];
            connection.in().readFully(block);
            connection.out().write(block);
            return true;
        })),
        GREETING(() -> new Recorder() {
            @Override
            protected void setup() throws Exception {
                super.setup();
                out().write("hello\n", UTF_8);
            }

            @Override
            protected void handle() throws IOException {
                out().write(in().readLine(UTF_8, 10) + "\n", UTF_8);
            }

            @Override
            protected void finish() throws Exception {
                super.finish();
                out().write("bye\n", UTF_8);
            }
        }),
        FAILURE(() -> recorder(connection -> {
            String line = connection.in().readLine(UTF_8, 10);
            connection.out().write(line + "!", UTF_8);
            if ("cd".equals(line)) {
                throw new IllegalStateException("on purpose");
            }
            return line != null;
        })),
        TOO_LONG(() -> recorder(connection -> {
            String line = connection.in().readLine(UTF_8, 2);
            connection.out().write(line + "", UTF_8);
            return line != null;
        })),
        LAST_WORDS_FIRST(() -> recorder(connection -> {
            connection.out().write("all I say", UTF_8);
            connection.shutdownOutput();
            return connection.in().readLine(UTF_8, 10) != null;
        })),
        /**
         * Closes once all has come: what came after a close at once would reset the connection, and destroy the answer.
         */
        CLOSES(() -> recorder(connection -> {
            String line = connection.in().readLine(UTF_8, 10);
            connection.out().write(line + "", UTF_8);
            connection.out().flush();
            if ("e".equals(line)) {
                connection.close();
            }
            return true;
        })),
        SILENT(() -> recorder(connection -> {
            connection.in().skipNBytes(INPUT.length);
            return true;
        }));

        final Supplier<Recorder> handlers;

        Case(Supplier<Recorder> handlers) {
            this.handlers = handlers;
        }
    }

    /** Returns the input as a whole and cut in all ways: it is short enough for {@link Splits} to try them all. */
    private static List<int[]> splits() {
        List<int[]> all =
                Stream.concat(Stream.of(new int[0]), Splits.of(INPUT.length)).toList();
        assertThat(all).hasSize(1 << (INPUT.length - 1));
        return all;
    }

    private static String nameOf(Throwable failure) {
        return failure.getClass().getSimpleName() + ": " + failure.getMessage();
    }

    /** A real server, which has served one connection when its outcome is taken. */
    private static final class Real implements ServerListener, AutoCloseable {
        final BlockingQueue<Recorder> handlers = new LinkedBlockingQueue<>();
        final BlockingQueue<String> failures = new LinkedBlockingQueue<>();
        final BlockingQueue<Request> closed = new LinkedBlockingQueue<>();
        final TcpServer server;

        Real(Case handler) throws IOException {
            ServerConfig config = Loopback.config().listener(this).build();
            server =
                    new TcpServer(config, () -> {
                        Recorder made = handler.handlers.get();
                        handlers.add(made);
                        return made;
                    }) {
                        @Override
                        protected void handleError(StreamConnection connection, Throwable failure) {}
                    };
            server.start();
        }

        @Override
        public void error(Server from, Request request, Throwable failure) {
            failures.add(nameOf(failure));
        }

        @Override
        public void closed(Server from, Request request) {
            closed.add(request);
        }

        Outcome serve(int... splitAt) throws Exception {
            String received;
            try (TestClient client = TestClient.to(server.address())) {
                int start = 0;
                for (int end : IntStream.concat(IntStream.of(splitAt), IntStream.of(INPUT.length))
                        .toArray()) {
                    client.send(Arrays.copyOfRange(INPUT, start, end));
                    start = end;
                }
                received = client.halfClose().readAll();
            }
            closed.take();
            Recorder handler = handlers.take();
            String failure = failures.poll();
            return new Outcome(received, failure == null ? "none" : failure, List.copyOf(handler.calls));
        }

        @Override
        public void close() {
            server.close();
        }
    }

    private static Outcome inMemory(Case handler, int... splitAt) {
        Recorder made = handler.handlers.get();
        String failure = "none";
        try (var connection = InMemoryConnection.to(() -> made)) {
            try {
                connection.send(INPUT, splitAt).shutdownOutput().serve();
            } catch (AssertionError e) {
                failure = nameOf(Objects.requireNonNull(e.getCause()));
            }
            assertThat(connection.isOpen()).isFalse();
            return new Outcome(connection.received(), failure, List.copyOf(made.calls));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theOutcomeIsTheSameForEachSplit(Case handler) throws Exception {
        try (var real = new Real(handler)) {
            for (int[] splitAt : splits()) {
                assertThat(inMemory(handler, splitAt))
                        .as("split at %s", Arrays.toString(splitAt))
                        .isEqualTo(real.serve(splitAt));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"KEPT_LINES", "CONVERSATION", "KEPT_ECHO", "NOT_YET", "FRAMES"})
    void theOutcomeOfADrainIsTheSame(Case handler) throws Exception {
        byte[] message = "\3ab\n".getBytes(UTF_8);
        Outcome overSockets;
        try (var real = new Real(handler);
                TestClient client = TestClient.to(real.server.address())) {
            int answered = inMemoryDrained(handler, message)
                    .received()
                    .replace("end", "")
                    .length();
            client.send(message);
            String received = new String(client.read(answered), UTF_8);
            real.server.shutdown(Duration.ofSeconds(30));
            received += client.readAll();
            overSockets = new Outcome(received, "none", List.copyOf(real.handlers.take().calls));
            assertThat(real.failures).isEmpty();
        }
        assertThat(inMemoryDrained(handler, message)).isEqualTo(overSockets);
        assertThat(overSockets.calls)
                .isEqualTo(
                        handler == Case.CONVERSATION
                                ? List.of("setup", "finish")
                                : List.of("setup", "goodbye", "finish"));
    }

    private static Outcome inMemoryDrained(Case handler, byte[] message) {
        Recorder made = handler.handlers.get();
        try (var connection = InMemoryConnection.to(() -> made)) {
            connection.send(message).drain().serve();
            return new Outcome(connection.received(), "none", List.copyOf(made.calls));
        }
    }
}

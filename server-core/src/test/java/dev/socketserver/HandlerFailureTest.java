package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a handler throws, wherever, costs its one connection and nothing else. */
@Timeout(60)
@ParameterizedClass
@EnumSource(names = {"AUTO", "BLOCKING"})
class HandlerFailureTest {
    private final RecordingListener listener = new RecordingListener();
    private final Engine engine;

    HandlerFailureTest(Engine engine) {
        this.engine = engine;
    }

    static Stream<Arguments> failures() {
        List<Supplier<Throwable>> failures = List.of(
                () -> new IllegalStateException("a handler's exception"),
                () -> new IOException("a handler's checked exception"),
                () -> new AssertionError("a handler's error"),
                () -> new InterruptedException("a handler's interrupt"),
                () -> new OutOfMemoryError("a handler's, not the machine's"));
        return Stream.of("setup", "handle", "finish")
                .flatMap(where -> failures.stream().map(failure -> Arguments.of(where, failure.get())));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void whatAHandlerThrowsCostsItsConnectionOnly(String where, Throwable failure) throws Exception {
        try (var server = new TcpServer(
                Loopback.config().engine(engine).listener(listener).build(),
                () -> new FailingHandler(where, failure))) {
            server.start();
            try (TestClient failing = TestClient.to(server.address())) {
                failing.send("fail\n");
                failing.awaitEnd();
            }
            try (TestClient next = TestClient.to(server.address())) {
                assertThat(next.send("fine\n").readLine()).isEqualTo("fine");
            }
            listener.await("closed", 2);
            assertThat(listener.count("error")).isEqualTo(1);
            assertThat(listener.failures()).containsExactly(failure);
            assertThat(server.state()).isEqualTo(ServerState.READY);
        }
    }

    @Test
    void aStackOverflowCostsItsConnectionOnly() throws Exception {
        try (var server = new TcpServer(
                Loopback.config().engine(engine).listener(listener).build(), RecursingHandler::new)) {
            server.start();
            for (int i = 0; i < 20; i++) {
                try (TestClient failing = TestClient.to(server.address())) {
                    assertThat(failing.send("deep\n").readAll()).isEmpty();
                }
            }
            try (TestClient next = TestClient.to(server.address())) {
                assertThat(next.send("fine\n").readLine()).isEqualTo("fine");
            }
        }
        assertThat(listener.failures()).hasSize(20).hasOnlyElementsOfType(StackOverflowError.class);
    }

    @Test
    void whatWasWrittenBeforeAFailureStillReachesThePeer() throws Exception {
        try (var server = new TcpServer(Loopback.config().engine(engine).build(), StreamRequestHandler.of((in, out) -> {
            out.write("half a reply".getBytes(UTF_8));
            throw new IllegalStateException("then it failed");
        }))) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.readAll()).isEqualTo("half a reply");
            }
        }
    }

    @Test
    void aFailureOfFinishIsAddedToThatOfHandle() throws Exception {
        var first = new IllegalStateException("handle");
        var second = new IllegalStateException("finish");
        try (var server = new TcpServer(
                Loopback.config().engine(engine).listener(listener).build(), () -> new StreamRequestHandler() {
                    @Override
                    protected void handle() {
                        throw first;
                    }

                    @Override
                    protected void finish() {
                        throw second;
                    }
                })) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                client.awaitEnd();
            }
            listener.await("closed", 1);
        }
        assertThat(listener.failures()).containsExactly(first);
        assertThat(first.getSuppressed()).containsExactly(second);
    }

    @Test
    void aHandlerThatReleasesTheServersBufferCostsItsConnectionOnly() throws Exception {
        try (var server = new TcpServer(
                Loopback.config().engine(engine).listener(listener).build(), StreamRequestHandler.of((in, out) -> {
                    if (in.buffer().getByte(0) == 'f') {
                        in.buffer().release();
                    } else {
                        in.transferTo(out);
                    }
                }))) {
            server.start();
            try (TestClient failing = TestClient.to(server.address())) {
                failing.send("fail").awaitEnd();
            }
            listener.await("closed", 1);
            try (TestClient next = TestClient.to(server.address())) {
                assertThat(next.send("ok").halfClose().readAll()).isEqualTo("ok");
            }
        }
        assertThat(listener.count("closed")).isEqualTo(2);
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose: what a caller without null checks may do
    void aSupplierThatReturnsNullCostsTheConnectionOnly() throws Exception {
        checkSupplier(() -> null, "the handler supplier returned null");
    }

    @Test
    void aSupplierThatReturnsTheSameHandlerTwiceIsToldSo() throws Exception {
        StreamRequestHandler once = StreamRequestHandler.of((in, out) -> {}).get();
        try (var first = new TcpServer(Loopback.config().engine(engine).build(), () -> once)) {
            first.start();
            try (TestClient client = TestClient.to(first.address())) {
                client.awaitEnd();
            }
        }
        checkSupplier(() -> once, "the handler supplier must return a new handler for each request");
    }

    private void checkSupplier(Supplier<StreamRequestHandler> handlers, String message) throws Exception {
        try (var server = new TcpServer(
                Loopback.config().engine(engine).listener(listener).build(), handlers)) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.readAll()).isEmpty();
            }
            listener.await("closed", 1);
        }
        assertThat(listener.failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure).hasMessage(message));
    }

    /** Echoes a line; fails in the given place if the line is "fail". */
    private static final class FailingHandler extends StreamRequestHandler {
        private final String where;
        private final Throwable failure;
        private String line = "";

        FailingHandler(String where, Throwable failure) {
            this.where = where;
            this.failure = failure;
        }

        private void maybeFail(String here) throws Exception {
            if (line.equals("fail") && where.equals(here)) {
                if (failure instanceof Error error) {
                    throw error;
                }
                throw (Exception) failure;
            }
        }

        @Override
        protected void setup() throws Exception {
            line = String.valueOf(in().readLine(UTF_8, 100));
            maybeFail("setup");
        }

        @Override
        protected void handle() throws Exception {
            out().write(line + "\n", UTF_8);
            maybeFail("handle");
        }

        @Override
        protected void finish() throws Exception {
            maybeFail("finish");
        }
    }

    private static final class RecursingHandler extends StreamRequestHandler {
        @Override
        protected void handle() throws IOException {
            String line = String.valueOf(in().readLine(UTF_8, 100));
            if (line.equals("deep")) {
                line += recurse(1);
            }
            out().write(line + "\n", UTF_8);
        }

        private static int recurse(int depth) {
            return depth == Integer.MAX_VALUE ? 0 : 1 + recurse(depth + 1);
        }
    }
}

package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a handler may do, and what it is told when it does what it may not. */
@Timeout(60)
@ParameterizedClass
@EnumSource(names = {"AUTO", "BLOCKING"})
class RequestHandlerTest {
    private final RecordingListener listener = new RecordingListener();
    private final ServerConfig config;
    private final List<String> calls = new CopyOnWriteArrayList<>();

    RequestHandlerTest(Engine engine) {
        config = Loopback.config().engine(engine).listener(listener).build();
    }

    @Test
    void aHandlerHasNoRequestInItsConstructor() {
        assertThatThrownBy(() -> new StreamRequestHandler() {
                    private final StreamConnection early = connection();

                    @Override
                    protected void handle() throws IOException {
                        early.shutdownOutput();
                    }
                })
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a handler has no request before setup(), and none in its constructor");
    }

    /** Serves one line a call; keeps open until the line "end". */
    private class LineHandler extends StreamRequestHandler {
        @Override
        protected void setup() throws IOException {
            calls.add("setup");
        }

        @Override
        protected void handle() throws IOException {
            String line = in().readLine(UTF_8, 100);
            calls.add("handle " + line);
            if (line != null && !line.equals("end")) {
                keepOpen();
            }
        }

        @Override
        protected void finish() throws Exception {
            calls.add("finish");
            out().write("finished", UTF_8);
        }
    }

    @Test
    void oneHandlerServesAllRequestsOfAConnectionBetweenOneSetupAndOneFinish() throws Exception {
        try (var server = new TcpServer(config, LineHandler::new)) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.send("one\ntwo\nend\n").readAll()).isEqualTo("finished");
            }
        }
        assertThat(calls).containsExactly("setup", "handle one", "handle two", "handle end", "finish");
    }

    @Test
    void aHandlerIsFinishedWhenThePeerCloses() throws Exception {
        try (var server = new TcpServer(config, LineHandler::new)) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.send("one\n").halfClose().readAll()).isEqualTo("finished");
            }
            listener.await("closed", 1);
        }
        assertThat(calls).startsWith("setup", "handle one").endsWith("finish").containsOnlyOnce("finish");
    }

    @Test
    void keepOpenInFinishHasNoEffect() throws Exception {
        try (var server = new TcpServer(config, () -> new LineHandler() {
            @Override
            protected void finish() throws Exception {
                super.finish();
                keepOpen();
            }
        })) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.send("end\nmore\n").readAll()).isEqualTo("finished");
            }
        }
        assertThat(calls).containsExactly("setup", "handle end", "finish");
    }

    @Test
    void keepOpenHasNoEffectIfHandleThrows() throws Exception {
        try (var server = new TcpServer(config, () -> new LineHandler() {
            @Override
            protected void handle() throws IOException {
                keepOpen();
                throw new IOException("says the test");
            }
        })) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                client.awaitEnd();
            }
        }
        assertThat(calls).containsExactly("setup", "finish");
    }

    @Test
    void aHandlerThatClosesItsConnectionCostsNothingElse() throws Exception {
        try (var server = new TcpServer(config, () -> new StreamRequestHandler() {
            @Override
            protected void handle() throws IOException {
                out().write("never sent", UTF_8);
                keepOpen();
                connection().close();
            }
        })) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.readAll()).isEmpty();
            }
            listener.await("closed", 1);
        }
        assertThat(listener.count("closed")).isEqualTo(1);
    }

    @Test
    void aHandlerThatClosesItsStreamsCostsNothingElse() throws Exception {
        try (var server = new TcpServer(config, StreamRequestHandler.of((in, out) -> {
            out.write("sent", UTF_8);
            out.close();
            in.close();
        }))) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.readAll()).isEqualTo("sent");
            }
        }
        assertThat(listener.count("error")).isZero();
    }

    @Test
    void aHandlerSeesItsPeerItsServerAndItsOptions() throws Exception {
        try (var server = new TcpServer(config, () -> new StreamRequestHandler() {
            @Override
            protected void handle() throws IOException {
                connection().option(StandardSocketOptions.SO_KEEPALIVE, true);
                out().write(connection().localAddress() + " " + server().state(), UTF_8);
                connection().shutdownOutput();
                calls.add(String.valueOf(in().readLine(UTF_8, 100)));
            }
        })) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.readAll()).isEqualTo(server.address() + " READY");
                client.send("after the end\n");
            }
            listener.await("closed", 1);
        }
        assertThat(calls).containsExactly("after the end");
    }
}

package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that reset, close early or close half. */
@Timeout(60)
@ParameterizedClass
@EnumSource(names = {"AUTO", "BLOCKING"})
class PeerFaultTest {
    private static final int REQUEST = 12;
    private static final int REPLY = 24;

    private final RecordingListener listener = new RecordingListener();
    private final Engine engine;

    PeerFaultTest(Engine engine) {
        this.engine = engine;
    }

    /** Reads a frame and answers with two of the same; goes on if told. */
    private static final class FrameHandler extends StreamRequestHandler {
        private final boolean keepOpen;

        FrameHandler(boolean keepOpen) {
            this.keepOpen = keepOpen;
        }

        @Override
        protected void handle() throws IOException {
            var body = in().readFrame(4, 100);
            if (body != null) {
                out().writeFrame(4, body.duplicate());
                out().writeFrame(4, body);
                if (keepOpen) {
                    keepOpen();
                }
            }
        }
    }

    private static byte[] request() {
        return new byte[] {0, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8};
    }

    private static void checkServed(BaseServer<?> server) throws IOException {
        try (TestClient client = TestClient.to(server.address())) {
            client.send(request());
            assertThat(client.read(REPLY)).startsWith(request()).endsWith(request());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aResetAtAnyPointOfARequestCostsOneConnection(boolean keepOpen) throws Exception {
        try (var server = new TcpServer(
                Loopback.config().engine(engine).listener(listener).build(), () -> new FrameHandler(keepOpen))) {
            server.start();
            for (int sent = 0; sent <= REQUEST; sent++) {
                TestClient.to(server.address())
                        .send(Arrays.copyOf(request(), sent))
                        .reset();
                checkServed(server);
            }
            listener.await("closed", 2 * (REQUEST + 1));
        }
        assertThat(listener.failures()).hasOnlyElementsOfType(IOException.class);
        assertThat(listener.count("opened")).isEqualTo(listener.count("closed"));
        assertThat(listener.count("acceptFailed")).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aResetAtAnyPointOfAReplyCostsOneConnection(boolean keepOpen) throws Exception {
        try (var server = new TcpServer(
                Loopback.config().engine(engine).listener(listener).build(), () -> new FrameHandler(keepOpen))) {
            server.start();
            for (int received = 0; received <= REPLY; received++) {
                TestClient client = TestClient.to(server.address());
                client.send(request());
                assertThat(client.read(received)).hasSize(received);
                client.reset();
                checkServed(server);
            }
            listener.await("closed", 2 * (REPLY + 1));
        }
        assertThat(listener.failures()).hasOnlyElementsOfTypes(IOException.class);
    }

    @Test
    void aResetBeforeAcceptCostsNothing() throws Exception {
        try (var server = new TcpServer(
                Loopback.config().engine(engine).listener(listener).build(), () -> new FrameHandler(false))) {
            server.bind();
            for (int i = 0; i < 10; i++) {
                TestClient.to(server.address()).reset();
            }
            server.start();
            checkServed(server);
        }
        assertThat(listener.count("opened")).isEqualTo(listener.count("closed"));
    }

    @Test
    void aPeerThatClosesHalfStillGetsTheWholeReply() throws Exception {
        byte[] reply = new byte[8 * 1024 * 1024];
        Arrays.fill(reply, (byte) 'r');
        try (var server = new TcpServer(Loopback.config().engine(engine).build(), StreamRequestHandler.of((in, out) -> {
            assertThat(in.readAllBytes()).asString(UTF_8).isEqualTo("request");
            out.write(reply);
        }))) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                byte[] received =
                        client.send("request").halfClose().readAllBytes().toByteArray();
                assertThat(Arrays.equals(received, reply)).isTrue();
            }
        }
    }

    @Test
    void aPeerThatClosesBetweenTwoRequestsEndsTheConversationWithoutAFault() throws Exception {
        try (var server = new TcpServer(
                Loopback.config().engine(engine).listener(listener).build(), () -> new FrameHandler(true))) {
            server.start();
            checkServed(server);
            listener.await("closed", 1);
        }
        assertThat(listener.count("error")).isZero();
    }

    @Test
    void aPeerThatClosesInsideARequestIsAFaultOfThePeer() throws Exception {
        try (var server = new TcpServer(
                Loopback.config().engine(engine).listener(listener).build(), () -> new FrameHandler(false))) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                client.send(Arrays.copyOf(request(), 7)).halfClose();
                assertThat(client.readAll()).isEmpty();
            }
        }
        assertThat(listener.failures()).singleElement().isInstanceOf(java.io.EOFException.class);
    }
}

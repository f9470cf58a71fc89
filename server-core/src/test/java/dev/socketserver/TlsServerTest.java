package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.TlsClient;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What goes to and fro between a TLS peer and a handler, which knows nothing of it. */
@Timeout(60)
@ParameterizedClass
@MethodSource("dev.socketserver.TlsSetup#everywhere")
class TlsServerTest {
    private static final int MEBIBYTE = 1 << 20;

    private final TlsSetup setup;

    TlsServerTest(TlsSetup setup) {
        this.setup = setup;
    }

    @Test
    void aConnectionKeptOpenServesManyRequests() throws Exception {
        try (var server = new TcpServer(setup.config().build(), LineEcho::new)) {
            server.start();
            try (TlsClient client = setup.connect(server)) {
                for (int i = 0; i < 1000; i++) {
                    assertThat(client.send("request " + i + "\n").readLine()).isEqualTo("request " + i);
                }
            }
        }
    }

    @Test
    void requestsInOneRecordAndRecordsInOneSegmentAreAllServed() throws Exception {
        try (var server = new TcpServer(setup.config().build(), LineEcho::new)) {
            server.start();
            try (TlsClient client = setup.connect(server)) {
                for (int round = 0; round < 100; round++) {
                    var together = new ByteArrayOutputStream();
                    together.writeBytes(client.seal("1\n2\n3\n"));
                    together.writeBytes(client.seal("4\n"));
                    together.writeBytes(client.seal("5\n6\n"));
                    client.transport().send(together.toByteArray());
                    for (int i = 1; i <= 6; i++) {
                        assertThat(client.readLine()).isEqualTo("" + i);
                    }
                }
            }
        }
    }

    @Test
    void aRecordMayComeByteByByte() throws Exception {
        try (var server = new TcpServer(setup.config().build(), LineEcho::new)) {
            server.start();
            try (TlsClient client = setup.connect(server)) {
                for (int i = 0; i < 3; i++) {
                    for (byte each : client.seal("dripped\n")) {
                        client.transport().send(new byte[] {each});
                    }
                    assertThat(client.readLine()).isEqualTo("dripped");
                }
            }
        }
    }

    @Test
    void aRecordMayBeCutAnywhereWhileTheServerServesOthers() throws Exception {
        try (var server = new TcpServer(setup.config().build(), LineEcho::new)) {
            server.start();
            try (TlsClient client = setup.connect(server);
                    TlsClient other = setup.connect(server)) {
                int length = Integer.MAX_VALUE;
                for (int cut = 1; cut < length; cut++) {
                    byte[] record = client.seal("cut\n");
                    length = record.length;
                    client.transport().send(Arrays.copyOf(record, cut));
                    assertThat(other.send("meanwhile\n").readLine()).isEqualTo("meanwhile");
                    client.transport().send(Arrays.copyOfRange(record, cut, length));
                    assertThat(client.readLine()).isEqualTo("cut");
                }
            }
        }
    }

    /** Sends each frame back after a line, both of them larger and smaller than what is collected. */
    private static final class FrameEcho extends StreamRequestHandler {
        @Override
        protected void handle() throws Exception {
            ByteBuf body = in().readFrame(4, MEBIBYTE);
            if (body != null) {
                out().write("here it is\n", UTF_8);
                out().writeFrame(4, body);
                keepOpen();
            }
        }
    }

    @Test
    void messagesOfAnyLengthComeBackAsTheyWere() throws Exception {
        try (var server = new TcpServer(setup.config().build(), FrameEcho::new)) {
            server.start();
            try (TlsClient client = setup.connect(server)) {
                for (int length : new int[] {0, 1, 8191, 8192, 16_384, 16_385, 100_000, MEBIBYTE}) {
                    byte[] message = new byte[length];
                    new Random(length).nextBytes(message);
                    byte[] frame = ByteBuffer.allocate(4 + length)
                            .putInt(length)
                            .put(message)
                            .array();
                    client.send(frame);
                    assertThat(client.readLine()).isEqualTo("here it is");
                    assertThat(client.read(frame.length)).isEqualTo(frame);
                }
            }
        }
    }

    @Test
    void bytesThatArriveWhileTheHandlerStillWritesAreNotForgotten() throws Exception {
        try (var server = new TcpServer(setup.config().build(), StreamRequestHandler.of((in, out) -> {
            for (String line = in.readLine(UTF_8, 100); line != null; line = in.readLine(UTF_8, 100)) {
                out.write(line + "\n", UTF_8);
                out.write(Unpooled.wrappedBuffer(new byte[300_000]));
            }
        }))) {
            server.start();
            try (TlsClient client = setup.connect(server)) {
                for (int i = 0; i < 5; i++) {
                    client.send(i + "\n");
                }
                for (int i = 0; i < 5; i++) {
                    assertThat(client.readLine()).isEqualTo("" + i);
                    assertThat(client.read(300_000)).containsOnly(0);
                }
                client.closeNotify();
                assertThat(client.readAll()).isEmpty();
            }
        }
    }

    @Test
    void aHandlerThatAsksSeesWhatWasAgreedOn() throws Exception {
        try (var server = new TcpServer(setup.config().build(), StreamRequestHandler.of((in, out) -> {})) {
            @Override
            protected boolean verifyRequest(StreamConnection connection) {
                return connection.tlsSession().isEmpty(); // not yet
            }

            @Override
            protected void finishRequest(StreamConnection connection) throws Exception {
                String version = connection.tlsSession().orElseThrow().getProtocol();
                connection.out().write(version + " " + connection.applicationProtocol(), UTF_8);
            }
        }) {
            server.start();
            try (TlsClient client = setup.connect(server)) {
                assertThat(client.send("x").readAll()).isEqualTo(setup.version() + " Optional.empty");
            }
        }
    }
}

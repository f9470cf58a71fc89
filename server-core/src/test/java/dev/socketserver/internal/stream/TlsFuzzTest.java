package dev.socketserver.internal.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.socketserver.ServerConfig;
import dev.socketserver.TcpServer;
import dev.socketserver.internal.run.CallerRun;
import dev.socketserver.peer.Certificates;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Pieces;
import io.netty.util.LeakPresenceDetector;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/**
 * Any bytes, in the place of a handshake or behind one and between records of a peer, in any pieces: what is read is
 * what the peer has sent, up to what was changed on the way; nothing but an {@link IOException} is thrown; no buffer is
 * left.
 */
@Timeout(60)
class TlsFuzzTest {
    private static final String NAME = "fuzz";
    private static final int MOST_STEPS = 6;
    private static final int LONGEST = 20_000; // plain bytes of a step, of which a record has at most 16,384

    private final SSLContext certified = Certificates.context(NAME);
    private final SSLContext trusting = Certificates.anonymous(NAME);
    private final TcpServer server = new TcpServer(0, LineEcho::new);
    private Waits waits;

    @BeforeEach
    void open() throws IOException {
        CallerRun run = new CallerRun(server, ServerConfig.builder().build());
        waits = new Waits("test", run.alarms(), () -> {});
    }

    @AfterEach
    void close() throws Exception {
        waits.close();
        server.close();
    }

    @FuzzTest
    void whatIsReadIsWhatThePeerHasSentAndNoBufferIsLeft(FuzzedDataProvider data) throws IOException {
        boolean shakes = data.consumeBoolean();
        var connection =
                new MemoryTlsServer(certified, waits, data.pickValue(new String[] {"TLSv1.2", "TLSv1.3"}), false);
        try {
            if (shakes) {
                converse(connection, data);
            } else {
                for (byte[] piece : Pieces.of(data).all()) {
                    connection.socket.arrive(piece);
                    assertThat(connection.shakeHands()).isFalse();
                }
                connection.socket.end();
                connection.shakeHands();
            }
        } catch (SSLException e) {
            assertThat(e.getMessage()).isNotEmpty();
        } finally {
            connection.close();
        }
        LeakPresenceDetector.check();
    }

    private void converse(MemoryTlsServer connection, FuzzedDataProvider data) throws IOException {
        var peer = new MemoryTlsPeer(trusting);
        peer.shakeHands(records -> {
            connection.socket.arrive(records);
            connection.shakeHands();
            return connection.socket.takeSent();
        });
        int size = data.consumeInt(1, LONGEST);
        boolean intact = true;
        boolean ends = false;
        int[] distances = Pieces.distances(data);
        var sent = new ByteArrayOutputStream(); // as plain bytes
        var wire = new ByteArrayOutputStream();
        for (int steps = data.consumeInt(1, MOST_STEPS); steps > 0; steps--) {
            switch (data.consumeInt(0, 3)) {
                case 0 -> {
                    byte[] text = new byte[data.consumeInt(0, LONGEST)];
                    Arrays.fill(text, data.consumeByte());
                    if (!ends) {
                        wire.writeBytes(peer.seal(text));
                        sent.writeBytes(text);
                    }
                }
                case 1 -> {
                    byte[] foreign = data.consumeBytes(data.consumeInt(0, 40));
                    intact &= foreign.length == 0;
                    wire.writeBytes(foreign);
                }
                case 2 -> {
                    byte[] text = new byte[data.consumeInt(1, 100)];
                    Arrays.fill(text, (byte) 0x55);
                    byte[] record = peer.seal(text);
                    int at = data.consumeInt(0, 1 << 14) % Math.max(1, record.length);
                    int bit = 1 << data.consumeInt(0, 7);
                    if (record.length > 0) {
                        record[at] ^= (byte) bit; // which may not matter: TLS 1.3 has no use for the version
                        intact = false;
                        wire.writeBytes(record);
                        sent.writeBytes(text);
                    }
                }
                default -> {
                    ends = true;
                    peer.closeOutput();
                }
            }
        }
        wire.writeBytes(peer.seal(new byte[0])); // a close_notify that is due
        var received = new ByteArrayOutputStream();
        try {
            boolean goesOn = true;
            for (byte[] piece : Pieces.cut(wire.toByteArray(), distances).all()) {
                connection.socket.arrive(piece);
                goesOn = goesOn && connection.read(received, size);
            }
        } finally {
            byte[] expected = sent.toByteArray();
            assertThat(received.toByteArray()).isEqualTo(intact ? expected : Arrays.copyOf(expected, received.size()));
        }
    }
}

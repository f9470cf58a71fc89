package dev.socketserver.internal.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.ServerConfig;
import dev.socketserver.TcpServer;
import dev.socketserver.internal.run.CallerRun;
import dev.socketserver.peer.Certificates;
import dev.socketserver.peer.LineEcho;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A peer's system holds back what follows a word of a handshake, by Nagle's algorithm, until that is acknowledged. The
 * peer here sends each record for itself.
 */
@Timeout(60)
class TlsAcknowledgementTest {
    private static final String NAME = "acknowledgement";

    @ParameterizedTest
    @CsvSource({"TLSv1.3, false, 2", "TLSv1.3, true, 1", "TLSv1.2, false, 2"}) // all but those that are answered
    void whatNothingAnswersIsAcknowledgedAtOnce(String protocol, boolean tickets, int times) throws Exception {
        try (var server = new TcpServer(0, LineEcho::new)) {
            var run = new CallerRun(server, ServerConfig.builder().build());
            var waits = new Waits("test", run.alarms(), () -> {});
            var connection = new MemoryTlsServer(Certificates.context(NAME), waits, protocol, tickets);
            try {
                new MemoryTlsPeer(Certificates.anonymous(NAME)).shakeHands(records -> {
                    connection.socket.arrive(records);
                    connection.shakeHands();
                    return connection.socket.takeSent();
                });
                assertThat(connection.acknowledged).isEqualTo(times);
            } finally {
                connection.close();
                waits.close();
            }
        }
    }

    @Test
    void theSystemOfASocketThatIsClosedIsNotAsked() throws IOException {
        var transport = new Transport(SocketChannel.open());
        transport.acknowledge(); // not connected: nothing to acknowledge
        transport.close();
        transport.acknowledge();
        assertThat(transport.isOpen()).isFalse();
    }
}

package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ch.qos.logback.classic.Level;
import dev.socketserver.peer.CapturedLog;
import dev.socketserver.peer.Loopback;
import java.io.IOException;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A server of datagrams says so if it cannot know the address that its answers come from. */
@Timeout(60)
class AmbiguousAddressTest {
    @RegisterExtension
    final CapturedLog written = new CapturedLog(UdpServer.class);

    private void bind(ServerConfig.Builder config) throws IOException {
        try (var server = new UdpServer(config.build(), () -> new DatagramRequestHandler() {
            @Override
            protected void handle() {}
        })) {
            server.bind();
        }
    }

    @Test
    void oneAddressIsNotAmbiguous() throws Exception {
        bind(Loopback.config());
        assertThat(Sockets.isAmbiguous(InetAddress.getLoopbackAddress())).isFalse();
        assertThat(written.events()).isEmpty();
    }

    @Test
    void allAddressesOfAnInterfaceWithSeveralAre() throws Exception {
        bind(ServerConfig.builder().port(0));
        boolean ambiguous = Sockets.isAmbiguous(InetAddress.getByName("0.0.0.0"));
        assertThat(written.events()).hasSize(ambiguous ? 1 : 0);
        assumeThat(ambiguous).as("an interface with several addresses").isTrue();
        assertThat(written.events().get(0).getLevel()).isEqualTo(Level.WARN);
        assertThat(written.events().get(0).getFormattedMessage()).contains("start one server for each address");
    }
}

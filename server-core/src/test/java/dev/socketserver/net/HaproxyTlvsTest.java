package dev.socketserver.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Certificates;
import dev.socketserver.peer.Haproxy;
import dev.socketserver.peer.Loopback;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a real HAProxy, where there is one, tells of its clients by extensions. */
@Timeout(60)
class HaproxyTlvsTest {
    private static final String EVERYTHING =
            "send-proxy-v2-ssl-cn" + " proxy-v2-options ssl-cipher,cert-sig,cert-key,authority,crc32c,unique-id";

    @TempDir
    Path directory;

    /** What came with a connection through HAProxy: the bytes, and the header that they are. */
    private record Received(ByteBuf bytes, ProxyHeader header) {}

    /** Connects through HAProxy by TLS, with that client certificate, if any. */
    private Received connect(SSLContext client, String options) throws Exception {
        Path pem = Files.writeString(
                directory.resolve("haproxy.pem"), Certificates.pem("haproxy") + Certificates.keyPem("haproxy"));
        Path known = Files.writeString(directory.resolve("clients.pem"), Certificates.pem("known"));
        String bindOptions =
                "ssl crt %s ca-verify-file %s verify optional crt-ignore-err all ca-ignore-err all alpn h2,http/1.1"
                        .formatted(pem, known);
        try (ServerSocketChannel server = ServerSocketChannel.open().bind(Loopback.anyPort());
                Haproxy haproxy =
                        Haproxy.start(directory, bindOptions, (InetSocketAddress) server.getLocalAddress(), options);
                Socket transport = new Socket(
                        haproxy.address().getAddress(), haproxy.address().getPort());
                SSLSocket socket = (SSLSocket) client.getSocketFactory()
                        .createSocket(transport, "client.example", transport.getPort(), true)) {
            var parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName("server.example")));
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            var handshake = new FutureTask<>(() -> {
                socket.startHandshake();
                socket.getOutputStream().write('x');
                return socket.getSession().getCipherSuite();
            });
            new Thread(handshake, "client").start();
            try (SocketChannel accepted = server.accept()) {
                Received received = receive(accepted);
                assertThat(received.header().source()).isEqualTo(transport.getLocalSocketAddress());
                assertThat(received.header().destination()).isEqualTo(haproxy.address());
                Optional<ProxyTls> tls = received.header().tlvs().tls();
                assertThat(tls.flatMap(ProxyTls::cipher)).contains(handshake.get());
                return received;
            }
        }
    }

    private static Received receive(SocketChannel channel) throws IOException {
        ByteBuf in = Unpooled.buffer();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (true) {
            assertThat(channel.read(one.clear())).isPositive();
            in.writeBytes(one.flip());
            ProxyHeader header = ProxyHeader.read(in.duplicate());
            if (header != null) {
                return new Received(in, header);
            }
        }
    }

    private static ProxyTls tls(Received received) {
        return received.header().tlvs().tls().orElseThrow();
    }

    @Test
    void everythingThatHaproxyTellsIsRead() throws Exception {
        Received received = connect(Certificates.context("known", "haproxy"), EVERYTHING);
        ProxyTlvs tlvs = received.header().tlvs();
        assertThat(tlvs.authority()).contains("server.example");
        assertThat(tlvs.applicationProtocol()).contains("h2");
        assertThat(tlvs.uniqueId()).hasValueSatisfying(id -> assertThat(id).hasSize(36));
        assertThat(tlvs.value(0x03)).as("the checksum").isPresent();
        assertThat(tlvs.networkNamespace()).isEmpty();
        ProxyTls tls = tls(received);
        assertThat(tls.isEncrypted()).isTrue();
        assertThat(tls.version()).contains("TLSv1.3");
        assertThat(tls.hasConnectionCertificate()).isTrue();
        assertThat(tls.hasSessionCertificate()).isTrue();
        assertThat(tls.isVerified()).isTrue();
        assertThat(tls.commonName()).contains("known");
        assertThat(tls.signatureAlgorithm())
                .hasValueSatisfying(name -> assertThat(name).startsWith("ecdsa-with-SHA"));
        assertThat(tls.keyAlgorithm()).contains("EC256");
    }

    @Test
    void whatHaproxySendsIsReadHoweverItIsCut() throws Exception {
        Received received = connect(Certificates.context("known", "haproxy"), EVERYTHING);
        int length = received.bytes().readableBytes();
        for (int cut = 0; cut < length; cut++) {
            ByteBuf in = Unpooled.buffer().writeBytes(received.bytes(), 0, cut);
            assertThat(ProxyHeader.read(in)).isNull();
            in.writeBytes(received.bytes(), cut, length - cut);
            assertThat(Objects.requireNonNull(ProxyHeader.read(in))).isEqualTo(received.header());
            assertThat(in.isReadable()).isFalse();
        }
    }

    @Test
    void aClientWithoutACertificateIsNotVerifiedAlthoughHaproxyReportsNoFault() throws Exception {
        ProxyTls tls = tls(connect(Certificates.anonymous("haproxy"), EVERYTHING));
        assertThat(tls.verifyResult()).isZero();
        assertThat(tls.hasConnectionCertificate()).isFalse();
        assertThat(tls.hasSessionCertificate()).isFalse();
        assertThat(tls.isVerified()).isFalse();
        assertThat(tls.commonName()).isEmpty();
    }

    @Test
    void aClientWithAnUnknownCertificateIsNotVerified() throws Exception {
        ProxyTls tls = tls(connect(Certificates.context("unknown", "haproxy"), EVERYTHING));
        assertThat(tls.hasConnectionCertificate()).isTrue();
        assertThat(tls.isVerified()).isFalse();
        assertThat(tls.verifyResult()).isPositive();
        assertThat(tls.commonName()).contains("unknown");
    }

    @ParameterizedTest
    @ValueSource(strings = {"send-proxy-v2-ssl proxy-v2-options ssl-cipher"})
    void whatHaproxyIsNotAskedForIsEmpty(String options) throws Exception {
        Received received = connect(Certificates.context("known", "haproxy"), options);
        assertThat(received.header().tlvs().authority()).isEmpty();
        assertThat(received.header().tlvs().uniqueId()).isEmpty();
        assertThat(tls(received).commonName()).isEmpty();
        assertThat(tls(received).keyAlgorithm()).isEmpty();
        assertThat(tls(received).isVerified()).isTrue();
    }
}

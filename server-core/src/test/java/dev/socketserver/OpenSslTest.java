package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.socketserver.peer.Certificates;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TlsClient;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ReferenceCounted;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A server whose engines are OpenSSL's, by Netty's {@code netty-tcnative}, and not the JDK's. */
@Timeout(60)
@ParameterizedClass
@MethodSource("dev.socketserver.TlsSetup#everywhere")
class OpenSslTest {
    private static final int MEBIBYTE = 1 << 20;

    private final TlsSetup setup;
    private final RecordingListener listener = new RecordingListener();
    private final List<SSLEngine> engines = new CopyOnWriteArrayList<>();
    private SslContext context;

    OpenSslTest(TlsSetup setup) {
        this.setup = setup;
    }

    @BeforeEach
    void open() {
        assumeTrue(OpenSsl.isAvailable(), () -> "not for this system: " + OpenSsl.unavailabilityCause());
        context = Certificates.openSsl("server");
    }

    @AfterEach
    void release() {
        ReferenceCountUtil.release(context);
    }

    private TcpServer start(Supplier<StreamRequestHandler> handlers) throws Exception {
        ServerConfig.Builder config = setup.config().listener(listener).tls(TlsSetup.tls(() -> {
            SSLEngine engine = context.newEngine(UnpooledByteBufAllocator.DEFAULT);
            engines.add(engine);
            return engine;
        }));
        var server = new TcpServer(config.build(), handlers);
        server.start();
        return server;
    }

    @Test
    void aConnectionServesManyRequestsOfAnyLength() throws Exception {
        try (TcpServer server = start(LineEcho::new);
                TlsClient client = setup.connect(server)) {
            for (int i = 0; i < 100; i++) {
                assertThat(client.send("request " + i + "\n").readLine()).isEqualTo("request " + i);
            }
        }
        try (TcpServer server = start(StreamRequestHandler.of((in, out) -> in.transferTo(out)));
                TlsClient client = setup.connect(server)) {
            byte[] message = new byte[MEBIBYTE];
            new Random(1).nextBytes(message);
            for (int begin = 0; begin < message.length; begin += MEBIBYTE / 8) {
                byte[] part = Arrays.copyOfRange(message, begin, begin + MEBIBYTE / 8);
                assertThat(client.send(part).read(part.length)).isEqualTo(part);
            }
        }
    }

    @Test
    void aRecordMayComeByteByByte() throws Exception {
        try (TcpServer server = start(LineEcho::new);
                TlsClient client = setup.connect(server)) {
            for (byte each : client.seal("dripped\n")) {
                client.transport().send(new byte[] {each});
            }
            assertThat(client.readLine()).isEqualTo("dripped");
        }
    }

    @Test
    void requestsThatCameTogetherWithACloseNotifyAreAllAnswered() throws Exception {
        try (TcpServer server = start(LineEcho::new);
                TlsClient client = setup.connect(server)) {
            assertThat(client.sendLast("one\ntwo\n").readAll()).isEqualTo("one\ntwo\n");
        }
    }

    @Test
    void aHandlerSeesTheSession() throws Exception {
        var seen = new CopyOnWriteArrayList<String>();
        try (TcpServer server = start(() -> new StreamRequestHandler() {
                    @Override
                    protected void handle() throws Exception {
                        in().readLine(UTF_8, 100);
                        seen.add(connection().tlsSession().orElseThrow().getProtocol());
                        out().write("seen\n", UTF_8);
                    }
                });
                TlsClient client = setup.connect(server)) {
            assertThat(client.send("look\n").readAll()).isEqualTo("seen\n");
        }
        assertThat(seen).containsExactly(setup.version());
    }

    @Test
    void nothingOfAnEngineIsLeftHoweverItsConnectionEnds() throws Exception {
        try (TcpServer server = start(LineEcho::new)) {
            try (TlsClient client = setup.connect(server)) {
                assertThat(client.send("one\n").readLine()).isEqualTo("one");
                client.closeNotify().readAll();
            }
            listener.await("closed", 1);
            try (TlsClient client = setup.connect(server)) {
                assertThat(client.send("two\n").readLine()).isEqualTo("two");
                client.transport().reset();
            }
            listener.await("closed", 2);
            try (TestClient client = TestClient.to(server.address())) {
                client.send("this is not a handshake at all\n");
                client.awaitEnd();
            }
            listener.await("closed", 3);
        }
        assertThat(engines).hasSize(3);
        assertThat(engines)
                .allSatisfy(engine ->
                        assertThat(((ReferenceCounted) engine).refCnt()).isZero());
    }
}

package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Peer;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TlsClient;
import dev.socketserver.pool.OverloadPolicy;
import dev.socketserver.pool.PoolConfig;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the server said last arrives, whatever the peer has sent that nobody has read. */
@Timeout(60)
class LingeringCloseTest {
    private static final int REPLY = 2_000_000;

    /** More than a Unix socket holds, so that the peer still sends when the server has ended. */
    private static final byte[] UPLOAD = new byte[1 << 20];

    private final RecordingListener listener = new RecordingListener();

    static List<StreamSetting> settings() {
        return StreamSetting.all();
    }

    static List<StreamSetting> concurrent() {
        return StreamSetting.concurrent();
    }

    private static byte[] reply() {
        byte[] reply = new byte[REPLY];
        Arrays.fill(reply, (byte) 'r');
        return reply;
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aLargeReplyArrivesAlthoughTheClientHadSentAStrayLineEnd(StreamSetting setting, @TempDir Path directory)
            throws Exception {
        var sent = new CountDownLatch(1);
        try (var running = setting.start(directory, config -> config, StreamRequestHandler.of((in, out) -> {
            in.readLine(UTF_8, 100);
            sent.await(); // so the rest is in the kernel, not in the input's buffer
            out.write(reply());
        }))) {
            try (var peer = running.connect()) {
                peer.send("GET\r\n");
                peer.send("\r\n");
                sent.countDown();
                assertThat(peer.readAll()).hasSize(REPLY);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aRefusalOfAnUploadArrives(StreamSetting setting, @TempDir Path directory) throws Exception {
        try (var running = setting.start(directory, config -> config, StreamRequestHandler.of((in, out) -> {
            in.readLine(UTF_8, 100);
            out.write("413 too large\n", UTF_8);
        }))) {
            for (int i = 0; i < 3; i++) {
                try (var peer = running.connect()) {
                    peer.send("PUT\n").send(UPLOAD);
                    assertThat(peer.readAll()).isEqualTo("413 too large\n");
                }
            }
        }
    }

    private static boolean isUpload(ByteBuf come) {
        return come.getByte(come.readerIndex()) == 'P';
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aRefusalOfAnUploadInARequestThatIsNotTheFirstArrives(StreamSetting setting, @TempDir Path directory)
            throws Exception {
        try (var running = setting.start(directory, config -> config, () -> new LineEcho() {
            @Override
            protected void handle() throws Exception {
                if (in().await(1) && isUpload(in().buffer())) {
                    out().write("413 too large\n", UTF_8);
                } else {
                    super.handle();
                }
            }
        })) {
            try (var peer = running.connect()) {
                assertThat(peer.send("hello\n").readLine()).isEqualTo("hello");
                peer.send("PUT\n").send(UPLOAD);
                assertThat(peer.readAll()).isEqualTo("413 too large\n");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void whatAHandlerSaidBeforeItFailedArrives(StreamSetting setting, @TempDir Path directory) throws Exception {
        try (var running = setting.start(directory, config -> config, StreamRequestHandler.of((in, out) -> {
            in.readLine(UTF_8, 100);
            out.write("500 sorry\n", UTF_8);
            throw new IllegalStateException("says the test");
        }))) {
            try (var peer = running.connect()) {
                peer.send("PUT\n").send(UPLOAD);
                assertThat(peer.readAll()).isEqualTo("500 sorry\n");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SELECTING", "BLOCKING"})
    void aBusyReplyArrivesAtAPeerThatHasSentItsRequest(Engine engine) throws Exception {
        var busy = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        PoolConfig narrow = PoolConfig.builder()
                .minWorkers(1)
                .maxWorkers(1)
                .queueCapacity(0)
                .overloadPolicy(OverloadPolicy.REJECT)
                .build();
        var server =
                new TcpServer(
                        Loopback.config()
                                .engine(engine)
                                .awaitFirstByte(false)
                                .pool(narrow)
                                .listener(listener)
                                .build(),
                        StreamRequestHandler.of((in, out) -> {
                            busy.countDown();
                            release.await();
                        })) {
                    @Override
                    protected void handleOverload(StreamConnection connection) throws IOException {
                        connection.out().write("busy\n", UTF_8);
                    }
                };
        try (server) {
            server.start();
            try (TestClient first = TestClient.to(server.address())) {
                busy.await();
                for (int i = 0; i < 5; i++) {
                    try (TestClient next = TestClient.to(server.address())) {
                        next.send("PUT\n").send(UPLOAD);
                        assertThat(next.readAll()).isEqualTo("busy\n");
                    }
                }
                release.countDown();
                first.awaitEnd();
            }
        }
        assertThat(listener.count("rejected")).isEqualTo(5);
    }

    @Test
    void aHookThatRefusesMaySayWhy() throws Exception {
        var server = new TcpServer(Loopback.config().build(), LineEcho::new) {
            @Override
            protected boolean verifyRequest(StreamConnection connection) throws IOException {
                connection.out().write("not you\n", UTF_8);
                return false;
            }
        };
        try (server) {
            server.start();
            for (int i = 0; i < 5; i++) {
                try (TestClient refused = TestClient.to(server.address())) {
                    refused.send(UPLOAD);
                    assertThat(refused.readAll()).isEqualTo("not you\n");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SELECTING", "BLOCKING"})
    void aPeerThatSpeaksNoTlsHearsTheAlertAlthoughItSendsMore(Engine engine) throws Exception {
        try (var server = new TcpServer(
                Loopback.config()
                        .engine(engine)
                        .tls(TlsSetup.tls())
                        .listener(listener)
                        .build(),
                LineEcho::new)) {
            server.start();
            for (int i = 0; i < 5; i++) {
                try (TestClient client = TestClient.to(server.address())) {
                    client.send("PUT / HTTP/1.1\r\n\r\n").send(UPLOAD);
                    byte[] alert = client.readAllBytes().toByteArray();
                    assertThat(alert).startsWith(21, 3);
                }
            }
            listener.await("closed", 5);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SELECTING", "BLOCKING"})
    void aPeerWhoseRecordIsForgedHearsTheAlertAlthoughItSendsMore(Engine engine) throws Exception {
        try (var server = new TcpServer(
                Loopback.config()
                        .engine(engine)
                        .tls(TlsSetup.tls())
                        .listener(listener)
                        .build(),
                LineEcho::new)) {
            server.start();
            try (TlsClient client = TlsClient.to(server.address(), TlsSetup.trusting())) {
                assertThat(client.send("hello\n").readLine()).isEqualTo("hello");
                byte[] forged = client.seal("forged\n");
                forged[forged.length - 1] ^= 1;
                client.transport().send(forged).send(UPLOAD);
                assertThat(alertOf(client)).contains("bad_record_mac");
            }
            listener.await("closed", 1);
        }
    }

    private static String alertOf(TlsClient client) throws IOException {
        try {
            return client.readAll();
        } catch (SSLException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @ParameterizedTest
    @MethodSource("concurrent")
    void aServerThatStopsWhileAPeerSendsIsStillHeard(StreamSetting setting, @TempDir Path directory) throws Exception {
        var answered = new CountDownLatch(1);
        try (var running =
                setting.start(directory, config -> config.listener(listener), StreamRequestHandler.of((in, out) -> {
                    in.readLine(UTF_8, 100);
                    out.write("413 too large\n", UTF_8);
                    out.flush();
                    answered.countDown();
                }))) {
            try (var peer = running.connect()) {
                peer.send("PUT\n");
                answered.await();
                var stopping = new Thread(() -> running.server().shutdown(Duration.ofSeconds(50)));
                stopping.start();
                listener.await("DRAINING", 1);
                assertThat(peer.readAll()).isEqualTo("413 too large\n");
                stopping.join();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aPeerThatNeverEndsIsClosedAllTheSame(StreamSetting setting, @TempDir Path directory) throws Exception {
        try (var running =
                setting.start(directory, config -> config.listener(listener), StreamRequestHandler.of((in, out) -> {
                    in.readLine(UTF_8, 100);
                    out.write("bye\n", UTF_8);
                }))) {
            try (var peer = running.connect()) {
                assertThat(peer.send("hello\n").readLine()).isEqualTo("bye");
                sendUntilRefused(peer);
            }
        }
    }

    static List<StreamSetting> engines() {
        return StreamSetting.engines();
    }

    private static void sendUntilRefused(Peer peer) {
        try {
            while (true) {
                peer.send(UPLOAD);
            }
        } catch (IOException expected) {
            // More than the server has patience for.
        }
    }
}

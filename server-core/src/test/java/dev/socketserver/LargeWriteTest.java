package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.TestClient;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What reaches the peer, and when. */
@Timeout(60)
@ParameterizedClass
@EnumSource(names = {"AUTO", "BLOCKING"})
class LargeWriteTest {
    private final Engine engine;

    LargeWriteTest(Engine engine) {
        this.engine = engine;
    }

    @Test
    void aWriteOf16MebibytesAndOneByteIsNotCutOff() throws Exception {
        byte[] bytes = new byte[16 * 1024 * 1024 + 1];
        new Random(1).nextBytes(bytes);
        try (var server = new TcpServer(Loopback.config().engine(engine).build(), StreamRequestHandler.of((in, out) -> {
            out.write("head", UTF_8);
            out.write(bytes);
        }))) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.read(4)).isEqualTo("head".getBytes(UTF_8));
                assertThat(Arrays.equals(client.readAllBytes().toByteArray(), bytes))
                        .isTrue();
            }
        }
    }

    @Test
    void withAutoFlushAWriteArrivesWhileTheHandlerRuns() throws Exception {
        var received = new CountDownLatch(1);
        try (var server = new TcpServer(Loopback.config().engine(engine).build(), StreamRequestHandler.of((in, out) -> {
            out.autoFlush(true);
            out.write("at once", UTF_8);
            received.await();
        }))) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.read(7)).isEqualTo("at once".getBytes(UTF_8));
                received.countDown();
                assertThat(client.readAll()).isEmpty();
            }
        }
    }

    @Test
    void aQuestionIsSentBeforeTheHandlerWaitsForItsAnswer() throws Exception {
        try (var server = new TcpServer(Loopback.config().engine(engine).build(), StreamRequestHandler.of((in, out) -> {
            out.write("your name?\n", UTF_8);
            out.write("hello " + in.readLine(UTF_8, 100) + "\n", UTF_8);
        }))) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.readLine()).isEqualTo("your name?");
                assertThat(client.send("Ada\n").readLine()).isEqualTo("hello Ada");
            }
        }
    }

    @Test
    void theFinishOfAHandlerMayStillWrite() throws Exception {
        try (var server = new TcpServer(Loopback.config().engine(engine).build(), () -> new StreamRequestHandler() {
            @Override
            protected void handle() throws IOException {
                out().write("handled, ", UTF_8);
            }

            @Override
            protected void finish() throws IOException {
                out().write("finished", UTF_8);
            }
        })) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.readAll()).isEqualTo("handled, finished");
            }
        }
    }
}

package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Acceptors;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Polling;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestDatagramClient;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a UDP server that stops knows of its datagrams, although it registers few of them. */
@Timeout(60)
class DatagramDrainTest {
    private static final int BLOCKED = 3;
    private static final int QUEUED = 100;

    private final RecordingListener listener = new RecordingListener();
    private final ServerConfig.Builder config = Loopback.config().listener(listener);
    private final CountDownLatch handling = new CountDownLatch(BLOCKED);
    private final CountDownLatch finish = new CountDownLatch(1);

    /** Echoes, but what begins with an x only when the test lets it. */
    private UdpServer server(Engine engine) {
        return new UdpServer(config.engine(engine).build(), DatagramRequestHandler.of((in, out) -> {
            byte[] bytes = in.readAllBytes();
            if (bytes[0] == 'x') {
                handling.countDown();
                finish.await();
            }
            out.write(bytes);
        }));
    }

    @ParameterizedTest
    @EnumSource(names = {"SELECTING", "BLOCKING"})
    void everyDatagramWhoseHandlerBlocksIsCountedAndReportedWithItsStack(Engine engine) throws Exception {
        try (var server = server(engine)) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                for (int i = 0; i < BLOCKED; i++) {
                    client.send("x" + i);
                }
                handling.await();
                assertThat(client.send("quick").receiveText()).isEqualTo("quick");
                assertThat(Polling.await(() -> server.snapshot().open() == BLOCKED))
                        .isTrue();
                DrainReport report = server.shutdown(Duration.ZERO);
                assertThat(report.forced()).hasSize(BLOCKED).allSatisfy(forced -> {
                    assertThat(forced.peer()).isEqualTo(client.address());
                    assertThat(forced.stack())
                            .anyMatch(frame -> frame.getMethodName().equals("handle"));
                });
                assertThat(listener.count("closed")).isEqualTo(BLOCKED + 1);
            }
        }
    }

    @Test
    void whatTheSystemHasQueuedIsAnsweredBeforeTheServerHasStopped() throws Exception {
        try (var server = server(Engine.SELECTING)) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                for (int i = 0; i < BLOCKED; i++) {
                    client.send("x" + i);
                }
                handling.await();
                server.pause();
                Acceptors.awaitPause(); // or one of the next might be received still, and answered before the drain
                Set<String> sent = IntStream.range(0, QUEUED)
                        .mapToObj(i -> "queued " + i)
                        .collect(Collectors.toCollection(TreeSet::new));
                for (String text : sent) {
                    client.send(text);
                }
                var shutdown = new FutureTask<>(() -> server.shutdown(Duration.ofSeconds(50)));
                new Thread(shutdown).start();
                listener.await("DRAINING", 1);
                finish.countDown();
                assertThat(shutdown.get()).isEqualTo(new DrainReport(BLOCKED + QUEUED, 0, List.of(), true));
                Set<String> answers = new TreeSet<>();
                for (int i = 0; i < BLOCKED + QUEUED; i++) {
                    answers.add(new String(client.receive(), UTF_8));
                }
                assertThat(answers).containsAll(sent).hasSize(BLOCKED + QUEUED);
            }
        }
    }
}

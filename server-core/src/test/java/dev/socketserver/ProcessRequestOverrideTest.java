package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TestDatagramClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Overrides of processRequest that serve the request themselves, as socketserver's mix-ins do. */
@Timeout(60)
class ProcessRequestOverrideTest {
    /** Where an override serves a request. */
    enum Place {
        HERE,
        IN_A_THREAD_OF_ITS_OWN
    }

    private final RecordingListener listener = new RecordingListener();
    private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();

    @TempDir
    Path directory;

    @AfterEach
    void awaitThreads() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** The two calls that CPython's process_request, or its process_request_thread, consists of. */
    private interface Calls {
        void run() throws Exception;
    }

    private void run(Place place, Calls calls) throws Exception {
        if (place == Place.HERE) {
            calls.run();
            return;
        }
        var thread = new Thread(() -> {
            try {
                calls.run();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        threads.add(thread);
        thread.start();
    }

    /** What an override of processRequest does. */
    private interface Processing {
        void process(StreamServer server, StreamConnection connection) throws Exception;
    }

    private void serve(StreamServer server, Place place, StreamConnection connection) throws Exception {
        run(place, () -> {
            try {
                server.finishRequest(connection);
            } catch (Exception e) {
                server.handleError(connection, e);
            } finally {
                server.shutdownRequest(connection);
            }
        });
    }

    private StreamSetting.Running start(StreamSetting setting, Place place, Supplier<StreamRequestHandler> handlers)
            throws IOException {
        return start(setting, handlers, (server, connection) -> serve(server, place, connection));
    }

    private StreamSetting.Running start(
            StreamSetting setting, Supplier<StreamRequestHandler> handlers, Processing processing) throws IOException {
        return setting.start(directory, config -> config.listener(listener), config -> {
            if (setting.transport() == Transport.UNIX) {
                return new UnixServer(config, handlers) {
                    @Override
                    protected void processRequest(StreamConnection connection) throws Exception {
                        processing.process(this, connection);
                    }
                };
            }
            return new TcpServer(config, handlers) {
                @Override
                protected void processRequest(StreamConnection connection) throws Exception {
                    processing.process(this, connection);
                }
            };
        });
    }

    static Stream<Arguments> everywhere() {
        return StreamSetting.all().stream()
                .flatMap(setting -> Stream.of(Place.values()).map(place -> Arguments.of(setting, place)));
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void theAnswerIsSent(StreamSetting setting, Place place) throws Exception {
        try (var running = start(setting, place, () -> new StreamRequestHandler() {
            @Override
            protected void handle() throws IOException {
                out().write("you said " + in().readLine(UTF_8, 100) + "\n", UTF_8);
            }
        })) {
            for (int i = 0; i < 3; i++) {
                try (var peer = running.connect()) {
                    assertThat(peer.send(i + "\n").readAll()).isEqualTo("you said " + i + "\n");
                }
            }
            listener.await("closed", 3);
        }
        assertThat(listener.count("error")).isZero();
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aConnectionThatIsKeptIsServedToItsEnd(StreamSetting setting, Place place) throws Exception {
        try (var running = start(setting, place, LineEcho::new)) {
            for (int i = 0; i < 2; i++) {
                try (var peer = running.connect()) {
                    for (int j = 0; j < 3; j++) {
                        assertThat(peer.send(j + "\n").readLine()).isEqualTo(String.valueOf(j));
                    }
                    assertThat(peer.send("4\n").end().readAll()).isEqualTo("4\n");
                }
            }
            listener.await("closed", 2);
        }
        assertThat(listener.count("error")).isZero();
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aHandlerThatGreetsInSetupGreetsEveryPeer(StreamSetting setting, Place place) throws Exception {
        try (var running = start(setting, place, () -> new LineEcho() {
            @Override
            protected void setup() throws IOException {
                out().write("hello\n", UTF_8);
            }
        })) {
            for (int i = 0; i < 3; i++) {
                try (var peer = running.connect()) {
                    assertThat(peer.readLine()).isEqualTo("hello");
                    assertThat(peer.send("x\n").end().readAll()).isEqualTo("x\n");
                }
            }
            listener.await("closed", 3);
        }
        assertThat(listener.count("error")).isZero();
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void whatWasWrittenBeforeAFailureIsSent(StreamSetting setting, Place place) throws Exception {
        try (var running = start(setting, place, StreamRequestHandler.of((in, out) -> {
            out.write("half a reply", UTF_8);
            throw new IllegalStateException("then it failed, says the test");
        }))) {
            for (int i = 0; i < 2; i++) {
                try (var peer = running.connect()) {
                    assertThat(peer.readAll()).isEqualTo("half a reply");
                }
            }
            listener.await("closed", 2);
        }
    }

    static List<StreamSetting> settings() {
        return StreamSetting.concurrent();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aRequestThatHasEndedIsNotServedAgain(StreamSetting setting) throws Exception {
        var refused = new ConcurrentLinkedQueue<Throwable>();
        try (var running = start(setting, LineEcho::new, (server, connection) -> {
            server.finishRequest(connection);
            server.shutdownRequest(connection);
            server.shutdownRequest(connection);
            assertThatThrownBy(() -> server.finishRequest(connection)).satisfies(refused::add);
        })) {
            try (var peer = running.connect()) {
                assertThat(peer.send("1\n").end().readAll()).isEqualTo("1\n");
            }
            listener.await("closed", 1);
        }
        assertThat(refused).singleElement().isInstanceOf(IllegalStateException.class);
        assertThat(listener.count("closed")).isEqualTo(1);
        assertThat(listener.count("error")).isZero();
    }

    static Stream<Arguments> datagramSettings() {
        return Stream.of(Engine.AUTO, Engine.BLOCKING)
                .flatMap(engine -> Stream.of(Place.values()).map(place -> Arguments.of(engine, place)));
    }

    @ParameterizedTest
    @MethodSource("datagramSettings")
    void theAnswerToADatagramIsSent(Engine engine, Place place) throws Exception {
        try (var server =
                new UdpServer(
                        Loopback.config().engine(engine).listener(listener).build(),
                        DatagramRequestHandler.of((in, out) -> in.transferTo(out))) {
                    @Override
                    protected void processRequest(Datagram datagram) throws Exception {
                        run(place, () -> {
                            finishRequest(datagram);
                            shutdownRequest(datagram);
                        });
                    }
                }) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                for (int i = 0; i < 5; i++) {
                    assertThat(client.send("d" + i).receiveText()).isEqualTo("d" + i);
                }
            }
            listener.await("closed", 5);
        }
        assertThat(listener.count("error")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"AUTO", "BLOCKING"})
    void aDatagramThatHasEndedIsNotServedAgain(Engine engine) throws Exception {
        var refused = new ConcurrentLinkedQueue<Throwable>();
        try (var server =
                new UdpServer(
                        Loopback.config().engine(engine).listener(listener).build(),
                        DatagramRequestHandler.of((in, out) -> in.transferTo(out))) {
                    @Override
                    protected void processRequest(Datagram datagram) throws Exception {
                        finishRequest(datagram);
                        shutdownRequest(datagram);
                        assertThatThrownBy(() -> finishRequest(datagram)).satisfies(refused::add);
                        assertThatThrownBy(datagram::content).satisfies(refused::add);
                    }
                }) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                assertThat(client.send("once").receiveText()).isEqualTo("once");
            }
            listener.await("closed", 1);
        }
        assertThat(refused).hasSize(2).hasOnlyElementsOfType(IllegalStateException.class);
    }

    @Test
    void anOverrideThatLosesARequestIsNotWaitedForLongerThanTheGrace() throws Exception {
        try (var server = new TcpServer(Loopback.config().listener(listener).build(), LineEcho::new) {
            @Override
            protected void processRequest(StreamConnection connection) {
                // And that was all.
            }
        }) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                listener.await("opened", 1);
                assertThat(server.shutdown(Duration.ZERO).forced()).hasSize(1);
                client.awaitEnd();
            }
        }
        assertThat(listener.count("closed")).isEqualTo(1);
    }
}

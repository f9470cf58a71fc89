package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.offset;

import ch.qos.logback.classic.Level;
import dev.socketserver.peer.CapturedLog;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Polling;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TestDatagramClient;
import dev.socketserver.pool.TimeDistribution;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.management.AttributeNotFoundException;
import javax.management.MBeanFeatureInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a server measures, logs, and tells JMX and the flight recorder. */
@Timeout(60)
class ServerObservationTest {
    private static final MBeanServer BEANS = ManagementFactory.getPlatformMBeanServer();
    private static final Duration PATIENCE = Duration.ofSeconds(50);

    private final RecordingListener listener = new RecordingListener();
    private final ServerConfig.Builder config =
            Loopback.config().name("observed").listener(listener);

    /** Echoes bytes one by one; a 'q' ends the connection. */
    private static final class ByteEcho extends StreamRequestHandler {
        @Override
        protected void handle() throws IOException {
            int next = in().read();
            out().write(next);
            if (next != 'q') {
                keepOpen();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void requestsAndBytesAndConnectionsAreMeasured(Engine engine) throws Exception {
        try (var server = new TcpServer(config.engine(engine).build(), ByteEcho::new)) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                for (int i = 0; i < 3; i++) {
                    client.send("x").read(1);
                }
            }
            listener.await("closed", 1);
            try (TestClient client = TestClient.to(server.address())) {
                client.send("q").read(1);
                client.awaitEnd();
            }
            listener.await("closed", 2);

            ServerSnapshot figures = server.snapshot();
            assertThat(figures.bytesReceived()).isEqualTo(4);
            assertThat(figures.bytesSent()).isEqualTo(4);
            assertThat(figures.requestTime().count())
                    .isEqualTo(figures.requests())
                    .isGreaterThanOrEqualTo(4);
            assertThat(figures.requestTime().longest()).isPositive();
            assertThat(figures.firstByteWait().count()).isEqualTo(2);
            assertThat(figures.connectionTime().count()).isEqualTo(2);
            assertThat(figures.endsByReason())
                    .containsEntry(EndReason.HANDLER, 1L)
                    .containsEntry(EndReason.PEER, 1L);
        }
    }

    @Test
    void aFailedRequestAndOneOnAForeignExecutorAreMeasured() throws Exception {
        try (var server = new TcpServer(config.executor(Runnable::run).build(), StreamRequestHandler.of((in, out) -> {
            throw new IOException("says the test");
        }))) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                client.send("x").awaitEnd();
            }
            listener.await("closed", 1);
            assertThat(server.snapshot().requestTime().count()).isEqualTo(1);
            assertThat(server.snapshot().endsByReason()).containsEntry(EndReason.ERROR, 1L);
        }
    }

    @Test
    void datagramsAreMeasured() throws Exception {
        try (var server =
                new UdpServer(config.build(), DatagramRequestHandler.of((in, out) -> out.write(in.readAllBytes())))) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                client.send("four");
                client.receive();
            }
            listener.await("closed", 1);
            ServerSnapshot figures = server.snapshot();
            assertThat(List.of(figures.bytesReceived(), figures.bytesSent())).containsExactly(4L, 4L);
            assertThat(figures.requestTime().count()).isEqualTo(1);
            assertThat(figures.endsByReason()).isEmpty();
        }
    }

    @Test
    void aTimeIsAHistogramForMicrometer() throws Exception {
        var registry = new SimpleMeterRegistry();
        try (var server = new TcpServer(config.build(), ByteEcho::new)) {
            new ServerMeters(server).bindTo(registry);
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                client.send("q").read(1);
                client.awaitEnd();
            }
            listener.await("closed", 1);
            TimeDistribution times = server.snapshot().requestTime();
            var timer = registry.get("socket.server.requests.duration").functionTimer();
            assertThat(timer.count()).isEqualTo(1);
            assertThat(timer.totalTime(TimeUnit.NANOSECONDS))
                    .isCloseTo((double) times.total().toNanos(), offset(0.5)); // it counts in seconds
            assertThat(registry.get("socket.server.requests.duration.histogram").gauges())
                    .allSatisfy(bucket -> {
                        String bound = bucket.getId().getTag("le");
                        double expected = "+Inf".equals(bound)
                                ? 1
                                : (double) times.countUpTo(Duration.ofNanos((long) (Double.parseDouble(bound) * 1e9)));
                        assertThat(bucket.value()).as(bound).isEqualTo(expected);
                    });
            assertThat(registry.getMeters()).allMatch(meter -> meter.getId().getDescription() != null);
            assertThat(registry.get("socket.server.received")
                            .functionCounter()
                            .getId()
                            .getBaseUnit())
                    .isEqualTo("bytes");
        }
    }

    @Test
    void theLifeOfAServerIsLogged() throws Exception {
        var worker = new CompletableFuture<Thread>();
        try (var log = new CapturedLog(Server.class, Level.INFO);
                var server = new TcpServer(config.build(), StreamRequestHandler.of((in, out) -> {
                    worker.complete(Thread.currentThread());
                    new CountDownLatch(1).await();
                }))) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                client.send("x");
                Thread waiting = worker.get(50, TimeUnit.SECONDS);
                assertThat(Polling.await(() -> waiting.getState() == Thread.State.WAITING))
                        .isTrue();
                server.pause();
                server.shutdown(Duration.ZERO);
            }
            assertThat(server.toString()).isEqualTo("observed[" + server.address() + "]");
            assertThat(log.lines(Level.INFO))
                    .containsExactly(
                            server + " is ready",
                            server + " is paused",
                            server + " is draining",
                            server + " has stopped: 0 requests finished, 0 idle connections closed, 1 requests forced");
            assertThat(log.lines(Level.WARN))
                    .singleElement()
                    .asString()
                    .startsWith(server + " forced the end of /127.0.0.1:")
                    .contains(" in worker", "Unsafe.park(");
        }
    }

    @Test
    void ofManyRequestsThatAreForcedOnlySomeAreLogged() throws Exception {
        int clients = 25;
        var entered = new CountDownLatch(clients);
        try (var log = new CapturedLog(Server.class, Level.INFO);
                var server = new TcpServer(config.build(), StreamRequestHandler.of((in, out) -> {
                    entered.countDown();
                    new CountDownLatch(1).await();
                }))) {
            server.start();
            List<TestClient> open = new ArrayList<>();
            try {
                for (int i = 0; i < clients; i++) {
                    open.add(TestClient.to(server.address()).send("x"));
                }
                assertThat(entered.await(50, TimeUnit.SECONDS)).isTrue();
                server.shutdown(Duration.ZERO);
            } finally {
                for (TestClient client : open) {
                    client.close();
                }
            }
            assertThat(log.lines(Level.WARN)).hasSize(21).last().isEqualTo(server + " forced the end of 5 others");
        }
    }

    @Test
    void anAccessLogHasALineForEachConnectionAndDatagram() throws Exception {
        var ended = new CountDownLatch(2);
        var access = new AccessLog() {
            @Override
            public void closed(Server server, Request request) {
                super.closed(server, request);
                ended.countDown();
            }
        };
        try (var log = new CapturedLog(AccessLog.class, Level.INFO);
                var streams = new TcpServer(config.listener(access).build(), ByteEcho::new);
                var datagrams = new UdpServer(config.build(), DatagramRequestHandler.of((in, out) -> {}))) {
            streams.start();
            datagrams.start();
            try (TestClient client = TestClient.to(streams.address());
                    var sender = TestDatagramClient.to(datagrams.address())) {
                client.send("q").awaitEnd();
                sender.send("x");
                assertThat(ended.await(50, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(log.lines(Level.INFO))
                    .hasSize(2)
                    .anyMatch(line -> line.matches("observed #\\d+ /127\\.0\\.0\\.1:\\d+ \\d+ ms HANDLER"))
                    .anyMatch(line -> line.matches("observed #\\d+ /127\\.0\\.0\\.1:\\d+ \\d+ ms DATAGRAM"));
        }
    }

    @Test
    void jmxShowsAServerAndStopsIt() throws Exception {
        var name = new ObjectName("dev.socketserver:type=Server,name=\"observed\"");
        try (var server = new TcpServer(config.build(), ByteEcho::new);
                ServerJmx jmx = ServerJmx.register(server)) {
            assertThat(jmx.name()).isEqualTo(name);
            assertThat(BEANS.getAttribute(jmx.name(), "State")).isEqualTo("NEW");
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                client.send("x").read(1);
                listener.await("opened", 1);
            }
            listener.await("closed", 1);
            assertThat(BEANS.getAttribute(jmx.name(), "BytesReceived")).isEqualTo(1L);
            assertThat(BEANS.getAttribute(jmx.name(), "Description")).isEqualTo(server.toString());
            assertThat((long) BEANS.getAttribute(jmx.name(), "RequestTimeMaxMicros"))
                    .isNotNegative();
            String[] none = {};
            assertThat(BEANS.invoke(jmx.name(), "pause", none, none)).isEqualTo(true);
            assertThat(server.state()).isEqualTo(ServerState.PAUSED);
            assertThat(BEANS.invoke(jmx.name(), "resume", none, none)).isEqualTo(true);
            for (Object[] wrong : new Object[][] {null, {}, {"1000"}, {1000L, 1000L}}) {
                assertThatExceptionOfType(RuntimeMBeanException.class)
                        .isThrownBy(() -> BEANS.invoke(jmx.name(), "drain", wrong, none))
                        .havingCause()
                        .withMessageStartingWith("drain needs graceMillis, a long: ");
            }
            assertThat(BEANS.invoke(jmx.name(), "drain", new Object[] {1000L}, new String[] {"long"}))
                    .isEqualTo(new DrainReport(0, 0, List.of(), true).toString());
            assertThat(BEANS.getAttribute(jmx.name(), "State")).isEqualTo("STOPPED");
            var info = BEANS.getMBeanInfo(jmx.name());
            assertThat(Arrays.asList(info.getAttributes()))
                    .extracting(MBeanFeatureInfo::getDescription)
                    .doesNotContainNull();
            assertThat(BEANS.getAttributes(jmx.name(), new String[] {"Open", "Nothing"})
                            .asList())
                    .hasSize(1);
            assertThatExceptionOfType(AttributeNotFoundException.class)
                    .isThrownBy(() -> BEANS.getAttribute(jmx.name(), "Nothing"));
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> ServerJmx.register(server))
                    .withMessageContaining("observed");
        }
        assertThat(BEANS.queryNames(name, null)).isEmpty();
    }

    @Test
    void theFlightRecorderSeesConnectionsSlowRequestsRejectionsAndTheStop(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("server.jfr");
        List<String> peers = new ArrayList<>();
        try (var recording = new Recording();
                var server =
                        new TcpServer(config.build(), StreamRequestHandler.of((in, out) -> {
                            if (in.read() == 's') {
                                long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(30);
                                while (end - System.nanoTime() > 0) {
                                    Thread.onSpinWait();
                                }
                            }
                        })) {
                            @Override
                            protected boolean verifyRequest(StreamConnection request) {
                                return snapshot().accepted() < 4;
                            }

                            @Override
                            protected void processRequest(StreamConnection request) throws Exception {
                                if (snapshot().accepted() > 2) {
                                    throw new RejectedExecutionException("says the test");
                                }
                                super.processRequest(request);
                            }
                        }) {
            recording.start();
            server.start();
            for (String text : List.of("s", "q", "r", "v")) {
                try (TestClient client = TestClient.to(server.address())) {
                    peers.add(client.address().toString());
                    client.send(text).awaitEnd();
                }
            }
            listener.await("closed", 4);
            server.shutdown(PATIENCE);
            recording.dump(file);
        }
        var counts = RecordingFile.readAllEvents(file).stream()
                .filter(event -> !event.getEventType().getName().endsWith(".SlowRequest")
                        || peers.get(0).equals(event.getString("peer"))) // the others' may be slow on a busy machine
                .map(RecordedEvent::getEventType)
                .filter(type -> type.getCategoryNames().contains("Socket Server"))
                .collect(
                        Collectors.groupingBy(type -> type.getName().replaceFirst(".*\\.", ""), Collectors.counting()));
        assertThat(counts)
                .containsEntry("ConnectionEnded", 4L)
                .containsEntry("SlowRequest", 1L)
                .containsEntry("RequestRejected", 2L)
                .containsEntry("ServerStopped", 1L);
    }
}

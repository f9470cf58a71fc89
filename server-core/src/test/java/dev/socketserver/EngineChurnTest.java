package dev.socketserver;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.ChurnPeers.Kind;
import dev.socketserver.peer.Loopback;
import dev.socketserver.pool.PoolConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Churns requests of every kind over many connections and accounts for each: none is forgotten, none is run twice,
 * every handler is finished once. The properties {@code churn.connections} and {@code churn.requests} make it longer.
 */
@Timeout(240)
class EngineChurnTest {
    private static final int CONNECTIONS = Integer.getInteger("churn.connections", 1_000);
    private static final int REQUESTS_EACH = Integer.getInteger("churn.requests", 100_000) / CONNECTIONS;
    private static final int AT_ONCE = 500;

    private final Map<Kind, LongAdder> handled = new ConcurrentHashMap<>();
    private final LongAdder setUp = new LongAdder();
    private final LongAdder finished = new LongAdder();

    @ParameterizedTest
    @CsvSource({"SELECTING, 1, true", "SELECTING, 1, false", "SELECTING, 2, true", "BLOCKING, 0, false"})
    void everyRequestIsServedOnceAndNoConnectionIsForgotten(Engine engine, int leaders, boolean awaitFirstByte)
            throws Exception {
        long seed = System.nanoTime();
        var listener = new CountingListener();
        ServerConfig config = Loopback.config()
                .engine(engine)
                .selectors(leaders)
                .awaitFirstByte(awaitFirstByte)
                .pool(PoolConfig.builder().maxWorkers(AT_ONCE + 10).build())
                .listener(listener)
                .build();
        Map<Kind, Long> answered;
        try (var server = new TcpServer(config, ChurnHandler::new)) {
            server.start();
            answered = new ChurnPeers(server.address(), seed, CONNECTIONS, REQUESTS_EACH).run(AT_ONCE);
            assertThat(server.join(Duration.ofSeconds(20))).as("seed %d", seed).isTrue();
        }
        for (Kind kind : Kind.values()) {
            assertThat(handledOf(kind).sum())
                    .as("%s with seed %d", kind, seed)
                    .isEqualTo(answered.getOrDefault(kind, 0L));
        }
        assertThat(setUp.sum()).as("seed %d", seed).isEqualTo(CONNECTIONS);
        assertThat(finished.sum()).as("seed %d", seed).isEqualTo(CONNECTIONS);
        assertThat(listener.opened.sum()).isEqualTo(CONNECTIONS);
        assertThat(listener.closed.sum()).isEqualTo(CONNECTIONS);
    }

    private LongAdder handledOf(Kind kind) {
        return handled.computeIfAbsent(kind, key -> new LongAdder());
    }

    private static final class CountingListener implements ServerListener {
        final LongAdder opened = new LongAdder();
        final LongAdder closed = new LongAdder();

        @Override
        public void opened(Server server, Request request) {
            opened.increment();
        }

        @Override
        public void closed(Server server, Request request) {
            closed.increment();
        }
    }

    /** The failure that a request asks for; an IOException, which a server does not log as its own fault. */
    private static final class AskedFor extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private final class ChurnHandler extends StreamRequestHandler {
        private final byte[] large = new byte[ChurnPeers.LARGE_REPLY];

        @Override
        protected void setup() {
            setUp.increment();
            large[large.length - 1] = '\n';
        }

        @Override
        protected void finish() {
            finished.increment();
        }

        @Override
        protected void handle() throws IOException {
            String line = in().readLine(US_ASCII, 10);
            if (line == null) {
                return;
            }
            Kind kind = kind(line);
            handledOf(kind).increment();
            switch (kind) {
                case SLEEP -> LockSupport.parkNanos(3_000_000);
                case SPLIT -> assertThat(in().readLine(US_ASCII, 10)).isEqualTo("rest");
                case THROW -> throw new AskedFor();
                default -> {}
            }
            if (kind == Kind.LARGE) {
                out().write(large);
            } else {
                out().write(line + "\n", US_ASCII);
            }
            if (kind != Kind.LAST) {
                keepOpen();
            }
        }

        private Kind kind(String line) {
            for (Kind kind : Kind.values()) {
                if (kind.code.equals(line)) {
                    return kind;
                }
            }
            throw new IllegalArgumentException(line);
        }
    }
}

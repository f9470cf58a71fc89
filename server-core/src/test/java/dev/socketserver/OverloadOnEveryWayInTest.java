package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.RecordingListener;
import dev.socketserver.pool.OverloadPolicy;
import dev.socketserver.pool.PoolConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** With all workers blocked, a pool's policy turns away what no worker and no place in the queue is for. */
@Timeout(60)
class OverloadOnEveryWayInTest {
    private static final int WORKERS = 2;
    private static final int QUEUE = 3;
    private static final int PEERS = 50;

    @TempDir
    Path directory;

    private final RecordingListener listener = new RecordingListener();

    static Stream<Arguments> everywhere() {
        return Stream.of(OverloadPolicy.REJECT, OverloadPolicy.SHED_OLDEST)
                .flatMap(policy -> Stream.of(1, 3)
                        .flatMap(selectors -> Stream.of(Transport.values())
                                .map(transport -> Arguments.of(policy, selectors, transport))));
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void whatHasNoPlaceIsTurnedAwayWhileAllWorkersBlock(OverloadPolicy policy, int selectors, Transport transport)
            throws Exception {
        var release = new CountDownLatch(1);
        ServerConfig.Builder config = transport
                .config(directory)
                .engine(Engine.SELECTING)
                .selectors(selectors)
                .listener(listener)
                .pool(PoolConfig.builder()
                        .minWorkers(WORKERS)
                        .maxWorkers(WORKERS)
                        .minSpareWorkers(0)
                        .queueCapacity(QUEUE)
                        .overloadPolicy(policy)
                        .build());
        if (transport != Transport.UDP) {
            config.awaitFirstByte(true);
        }
        List<Transport.Exchange> exchanges = new ArrayList<>();
        try (BaseServer<?> server = transport.server(config.build(), new HookLog(), line -> {
            release.await();
            return line;
        })) {
            server.start();
            for (int i = 0; i < PEERS; i++) {
                exchanges.add(transport.request(server.address(), "request"));
            }
            // The acceptor of datagrams runs a handler, too, and each selector may hold what it looks at.
            listener.await("rejected", PEERS - WORKERS - QUEUE - 1 - selectors);
            assertThat(server.state()).isEqualTo(ServerState.READY);
            release.countDown();
            for (Transport.Exchange exchange : exchanges) {
                exchange.close();
            }
        } finally {
            release.countDown();
        }
        assertThat(listener.count("opened")).isEqualTo(listener.count("closed"));
    }
}

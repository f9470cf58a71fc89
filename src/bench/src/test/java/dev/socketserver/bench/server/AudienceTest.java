package dev.socketserver.bench.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.bench.server.peer.Broadcast;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class AudienceTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(Broadcast.class)
    void allButTheStragglersHearEveryMessage(Broadcast server) throws Exception {
        Jvm java = Jvm.of(Path.of(System.getProperty("java.home")), List.of("-Xmx256m"));
        int port = Trial.freePort();
        List<String> command = java.command("serve-broadcast", server.id(), Integer.toString(port));

        try (var process = ServerProcess.start(command, folder.resolve("server.log"));
                var audience = new Audience(port, 20, 10, 4, true)) {
            long messages = audience.run(Duration.ofMillis(200), 1_000);

            assertThat(audience.hearers()).isEqualTo(8);
            assertThat(messages).isPositive();
            assertThat(audience.latencies().getTotalCount()).isEqualTo(messages);
            assertThat(process.handle().isAlive()).isTrue();
        }
    }
}

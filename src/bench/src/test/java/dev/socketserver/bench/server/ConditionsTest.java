package dev.socketserver.bench.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConditionsTest {
    @Test
    void theLoopsEndWithTheRun() throws Exception {
        try (var inForce = new Conditions(0, 2).begin()) {
            assertThat(children()).isEqualTo(2);
            assertThat(inForce.apply(List.of("true"))).containsExactly("true");
        }
        assertThat(children()).isZero();
    }

    private static long children() {
        return ProcessHandle.current().children().filter(ProcessHandle::isAlive).count();
    }

    @Test
    void aServerIsInAGroupOfItsOwnThatIsGoneAfterwards() throws Exception {
        assumeThat(Files.isWritable(Path.of("/sys/fs/cgroup"))).as("root").isTrue();
        String name = "bench-" + ProcessHandle.current().pid();
        try (var inForce = new Conditions(50, 0).begin()) {
            Process server = new ProcessBuilder(inForce.apply(List.of("cat", "/proc/self/cgroup"))).start();
            assertThat(new String(server.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .contains("/" + name);
            assertThat(server.waitFor()).isZero();
        }
        assertThat(Path.of("/sys/fs/cgroup", name)).doesNotExist();
        assertThat(Path.of("/sys/fs/cgroup/cpu", name)).doesNotExist();
    }
}

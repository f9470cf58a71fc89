package dev.socketserver.task;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.socketserver.pool.WorkerKind;
import dev.socketserver.task.ExitingProgram.Ending;
import dev.socketserver.testing.Polling;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What happens to the JVM and to tasks when {@code main} returns and the pool was not closed. */
@Timeout(120)
class TaskPoolExitTest {
    private static final int FIRST_JDK_WITH_VIRTUAL_THREADS = 21;

    @TempDir
    Path directory;

    /** Runs the program and returns what it printed, or "still running" at the end if it did not exit. */
    private List<String> run(Ending ending, WorkerKind kind, int workers, boolean daemon) throws Exception {
        assumeTrue(kind == WorkerKind.PLATFORM || Runtime.version().feature() >= FIRST_JDK_WITH_VIRTUAL_THREADS);
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ExitingProgram.class.getName(),
                        ending.name(),
                        kind.name(),
                        Integer.toString(workers),
                        Boolean.toString(daemon))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!process.waitFor(Polling.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                return List.of("still running");
            }
            assertThat(process.exitValue()).isZero();
            return Files.readAllLines(output, UTF_8);
        } finally {
            process.destroyForcibly();
            process.waitFor();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theJvmExitsWhenAllTasksHaveEndedUnlessTheWorkersAreDaemons(WorkerKind kind) throws Exception {
        assertThat(run(Ending.BUSY, kind, 3, false)).containsExactly("main", "after main", "waited");
        assertThat(run(Ending.SHUT_DOWN, kind, 3, false)).containsExactly("main", "after main");
        assertThat(run(Ending.HUNG, kind, 3, true)).containsExactly("main");
    }

    /** If they ended by halves, as those of an elastic pool do after five seconds, it would take half a minute. */
    @ParameterizedTest
    @EnumSource
    void idleThreadsEndTogetherHoweverManyThereAre(WorkerKind kind) throws Exception {
        assertThat(run(Ending.IDLE, kind, 500, false)).containsExactly("main");
    }

    @ParameterizedTest
    @EnumSource(names = {"UNUSED", "STRANDED", "UNCOLLECTED"})
    void tasksThatCannotRunDoNotKeepTheJvmAlive(Ending ending) throws Exception {
        for (WorkerKind kind : WorkerKind.values()) {
            if (kind == WorkerKind.PLATFORM || Runtime.version().feature() >= FIRST_JDK_WITH_VIRTUAL_THREADS) {
                assertThat(run(ending, kind, 2, false)).containsExactly("main");
            }
        }
    }
}

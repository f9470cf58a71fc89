package dev.socketserver.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.socketserver.peer.Polling;
import dev.socketserver.pool.WorkerKind;
import dev.socketserver.task.ExitingProgram.Ending;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What happens to the JVM and to tasks when {@code main} returns and the pool was not closed. */
@Timeout(120)
class TaskPoolExitTest {
    private static final int FIRST_JDK_WITH_VIRTUAL_THREADS = 21;

    /** Returns what the program printed before it exited. */
    private static List<String> run(Ending ending, WorkerKind kind, int workers, boolean daemon) throws Exception {
        assumeTrue(kind == WorkerKind.PLATFORM || Runtime.version().feature() >= FIRST_JDK_WITH_VIRTUAL_THREADS);
        ChildJvm.Result result = new ChildJvm(ExitingProgram.class)
                .run(Polling.PATIENCE, ending.name(), kind.name(), Integer.toString(workers), Boolean.toString(daemon));
        assertThat(result.exited()).as("the JVM exited").isTrue();
        return result.lines();
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
    @CsvSource({"UNUSED, PLATFORM", "UNUSED, VIRTUAL", "STRANDED, PLATFORM", "UNCOLLECTED, PLATFORM"})
    void tasksThatCannotRunDoNotKeepTheJvmAlive(Ending ending, WorkerKind kind) throws Exception {
        assertThat(run(ending, kind, 2, false)).containsExactly("main");
    }
}

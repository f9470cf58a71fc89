package dev.socketserver.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What no test can bring about from outside: tasks for which there is no thread. */
@Timeout(60)
class WorkQueueTest {
    private final WorkQueue queue = new WorkQueue(
            TaskPoolConfig.builder(2).queueCapacity(4).resultCapacity(1).build());
    private final QueuedTask first = () -> true;
    private final QueuedTask second = () -> true;
    private final RequestRun<Integer> third = new RequestRun<>(WorkRequest.of(() -> 3), queue);

    private void putAll() throws InterruptedException {
        for (QueuedTask task : List.of(first, second, third)) {
            assertThat(queue.put(task, 0)).isTrue();
        }
    }

    @Test
    void tasksThatAreTakenBackKeepTheirPlaces() throws Exception {
        putAll();
        List<QueuedTask> startable = queue.takeStartable();
        assertThat(startable).containsExactly(first, second);
        queue.putBack(startable.subList(0, 2));
        assertThat(queue.takeStartable()).containsExactly(first, second);
        assertThat(queue.takeStartable()).as("both workers are active").isEmpty();
    }

    @Test
    void aTaskThatIsRefusedAfterAllLeavesNoTrace() throws Exception {
        putAll();
        assertThat(queue.remove(third)).isTrue();
        assertThat(queue.remove(third)).isFalse();
        assertThat(queue.pendingRequests()).isZero();
        assertThat(queue.progress()).isEqualTo(new Progress(0, 0, 0, 2));
    }

    @Test
    void whatTheThreadsDidNotBeginIsCancelled() throws Exception {
        putAll();
        queue.abandon(queue.takeStartable());
        assertThat(queue.progress()).isEqualTo(new Progress(0, 0, 2, 1));
        assertThat(queue.takeStartable()).containsExactly(third);
        queue.abandon(List.of(third));
        assertThat(queue.pendingRequests()).isZero();
        assertThat(queue.isQuiet()).isTrue();
    }

    @Test
    void nothingIsStartedWhileThereIsNoRoomForAResult() throws Exception {
        putAll();
        queue.addResult(third);
        assertThat(queue.takeStartable()).isEmpty();
        assertThat(queue.isStalled()).isTrue();
        assertThat(queue.takeResult()).isSameAs(third);
        assertThat(queue.takeStartable()).hasSize(2);
    }
}

package dev.socketserver.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Situations that cannot be caused from outside, such as tasks for which there is no thread. */
@Timeout(60)
class WorkQueueTest {
    private final WorkQueue queue = new WorkQueue(
            TaskPoolConfig.builder(2).queueCapacity(4).resultCapacity(1).build());
    private final QueuedTask first = () -> QueuedTask.Ending.SUCCEEDED;
    private final QueuedTask second = () -> QueuedTask.Ending.SUCCEEDED;
    private final RequestRun<Integer> third = new RequestRun<>(WorkRequest.of(() -> 3));

    private void putAll() throws InterruptedException {
        for (QueuedTask task : List.of(first, second, third)) {
            assertThat(queue.put(task, 0)).isTrue();
        }
    }

    @Test
    void tasksPutBackKeepTheirOrder() throws Exception {
        putAll();
        List<QueuedTask> startable = queue.takeStartable();
        assertThat(startable).containsExactly(first, second);
        queue.putBack(startable.subList(0, 2));
        assertThat(queue.takeStartable()).containsExactly(first, second);
        assertThat(queue.takeStartable()).as("both workers are busy").isEmpty();
    }

    @Test
    void aRemovedTaskLeavesNoTrace() throws Exception {
        putAll();
        assertThat(queue.remove(third)).isTrue();
        assertThat(queue.remove(third)).isFalse();
        assertThat(queue.pendingRequests()).isZero();
        assertThat(queue.progress()).isEqualTo(new Progress(0, 0, 0, 2));
    }

    @Test
    void unstartedTasksAreCancelled() throws Exception {
        putAll();
        queue.cancelUnstarted(queue.takeStartable());
        assertThat(queue.progress()).isEqualTo(new Progress(0, 0, 2, 1));
        assertThat(queue.takeStartable()).containsExactly(third);
        queue.cancelUnstarted(List.of(third));
        assertThat(queue.pendingRequests()).isZero();
        assertThat(queue.isQuiet()).isTrue();
    }

    @Test
    void noRequestIsStartedWhileThereIsNoRoomForAResult() throws Exception {
        assertThat(queue.put(third, 0)).isTrue();
        assertThat(queue.takeStartable()).containsExactly(third);
        queue.performed(third, QueuedTask.Ending.SUCCEEDED);
        queue.leave(third);
        var fourth = new RequestRun<>(WorkRequest.of(() -> 4));
        for (QueuedTask task : List.of(fourth, first, second)) {
            assertThat(queue.put(task, 0)).isTrue();
        }
        assertThat(queue.takeStartable()).as("they overtake the request").containsExactly(first, second);
        queue.leave(first);
        assertThat(queue.takeStartable()).isEmpty();
        assertThat(queue.takeResult()).isSameAs(third);
        assertThat(queue.takeStartable()).containsExactly(fourth);
    }

    @Test
    void tasksPutBackStayAheadOfRequestsThatTheyOvertook() throws Exception {
        for (QueuedTask task : List.of(third, first)) {
            assertThat(queue.put(task, 0)).isTrue();
        }
        assertThat(queue.takeStartable()).containsExactly(third, first);
        queue.performed(third, QueuedTask.Ending.SUCCEEDED);
        queue.leave(third);
        var fourth = new RequestRun<>(WorkRequest.of(() -> 4));
        for (QueuedTask task : List.of(fourth, second)) {
            assertThat(queue.put(task, 0)).isTrue();
        }
        List<QueuedTask> taken = queue.takeStartable();
        assertThat(taken).containsExactly(second);
        queue.putBack(taken);
        assertThat(queue.takeResult()).isSameAs(third);
        assertThat(queue.takeStartable()).containsExactly(second);
    }
}

package dev.socketserver.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
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

    /** Starts the tasks for which there are free workers, and returns them. */
    private List<QueuedTask> startAll() {
        List<QueuedTask> started = new ArrayList<>();
        QueuedTask task = queue.nextStartable();
        while (task != null) {
            queue.start(task);
            started.add(task);
            task = queue.nextStartable();
        }
        return started;
    }

    private void perform(QueuedTask task) {
        assertThat(queue.enter(task)).isTrue();
        queue.performed(task, QueuedTask.Ending.SUCCEEDED);
        queue.leave(task);
    }

    @Test
    void aTaskThatGetsNoThreadKeepsItsPlace() throws Exception {
        putAll();
        assertThat(queue.nextStartable()).isSameAs(first);
        assertThat(queue.nextStartable()).isSameAs(first);
        assertThat(startAll()).containsExactly(first, second);
        assertThat(queue.nextStartable()).as("both workers are busy").isNull();
    }

    /** Otherwise threads would end, and the JVM exit, between the moments when a task gets one and when it begins. */
    @Test
    void aPoolIsNotIdleWhileATaskIsAboutToStart() throws Exception {
        assertThat(queue.put(first, 0)).isTrue();
        assertThat(queue.idleNanos()).isZero();
        queue.start(first);
        assertThat(queue.idleNanos()).isNegative();
        assertThat(queue.put(second, 0)).isTrue();
        assertThat(queue.idleNanos()).isNegative();
        perform(first);
        assertThat(queue.idleNanos()).isZero();
        assertThat(queue.cancel(second)).isTrue();
        assertThat(queue.idleNanos()).isPositive();
    }

    @Test
    void aTaskIsPerformedByOneThreadOnly() throws Exception {
        putAll();
        assertThat(queue.enter(first))
                .as("even before it is known to have a thread")
                .isTrue();
        assertThat(queue.enter(first)).as("a second time").isFalse();
        queue.start(first);
        assertThat(startAll()).containsExactly(second);
        queue.cancelUnstarted(List.of(second));
        assertThat(queue.enter(second)).as("after it was cancelled").isFalse();
        queue.performed(first, QueuedTask.Ending.SUCCEEDED);
        queue.leave(first);
        assertThat(queue.enter(first)).as("after it has ended").isFalse();
        assertThat(queue.isInside()).isFalse();
        assertThat(queue.progress()).isEqualTo(new Progress(1, 0, 1, 1));
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
        queue.cancelUnstarted(startAll());
        assertThat(queue.progress()).isEqualTo(new Progress(0, 0, 2, 1));
        assertThat(startAll()).containsExactly(third);
        queue.cancelUnstarted(List.of(third));
        assertThat(queue.pendingRequests()).isZero();
        assertThat(queue.isQuiet()).isTrue();
    }

    @Test
    void noRequestIsStartedWhileThereIsNoRoomForAResult() throws Exception {
        assertThat(queue.put(third, 0)).isTrue();
        assertThat(startAll()).containsExactly(third);
        perform(third);
        var fourth = new RequestRun<>(WorkRequest.of(() -> 4));
        for (QueuedTask task : List.of(fourth, first, second)) {
            assertThat(queue.put(task, 0)).isTrue();
        }
        assertThat(startAll()).as("they overtake the request").containsExactly(first, second);
        perform(first);
        assertThat(startAll()).isEmpty();
        assertThat(queue.takeResult()).isSameAs(third);
        assertThat(startAll()).containsExactly(fourth);
    }

    /** Its future cancels it between the moments when its run is queued for a thread and when it is known to be. */
    @Test
    void aTaskThatItsFutureCancelledIsNotCancelledAgain() throws Exception {
        putAll();
        assertThat(queue.nextStartable()).isSameAs(first);
        assertThat(queue.cancel(first)).isTrue();
        queue.start(first);
        assertThat(queue.cancelUnstarted(List.of(first))).isEmpty();
        assertThat(queue.progress()).isEqualTo(new Progress(0, 0, 1, 2));
    }

    /** A task may have two runs, if there was no memory to note that it has the first. */
    @Test
    void aTaskWithTwoRunsIsPerformedOnceOrCancelledOnce() throws Exception {
        putAll();
        assertThat(queue.enter(first)).isTrue();
        assertThat(queue.cancelUnstarted(List.of(first, second, second))).containsExactly(second);
        assertThat(queue.progress()).isEqualTo(new Progress(0, 0, 1, 2));
        queue.performed(first, QueuedTask.Ending.SUCCEEDED);
        queue.leave(first);
        assertThat(queue.progress()).isEqualTo(new Progress(1, 0, 1, 1));
    }
}

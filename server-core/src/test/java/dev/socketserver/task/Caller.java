package dev.socketserver.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Polling;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** A thread that makes a call which may block. */
final class Caller<T> {
    private final FutureTask<T> call;
    private final Thread thread;

    Caller(Callable<T> body) {
        call = new FutureTask<>(body);
        thread = new Thread(call, "caller");
        thread.start();
    }

    static Caller<Boolean> of(Task body) {
        return new Caller<>(() -> {
            body.run();
            return true;
        });
    }

    /** Waits until the call blocks. */
    Caller<T> awaitBlocked() throws Exception {
        assertThat(Polling.await(() -> thread.getState() == Thread.State.WAITING
                        || thread.getState() == Thread.State.TIMED_WAITING
                        || call.isDone()))
                .isTrue();
        assertThat(call.isDone()).as("the call returned").isFalse();
        return this;
    }

    void interrupt() {
        thread.interrupt();
    }

    /** Returns the result of the call; if it threw, throws an ExecutionException with that as its cause. */
    T result() throws Exception {
        return call.get(Polling.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
}

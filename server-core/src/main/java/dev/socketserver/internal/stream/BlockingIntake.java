package dev.socketserver.internal.stream;

import dev.socketserver.internal.run.Intake;
import dev.socketserver.internal.run.RequestRunner;
import java.util.concurrent.Executor;

/** The intake of a server whose threads wait with their connections. Thread-safe. */
final class BlockingIntake extends Intake {
    private final Waits waits;

    BlockingIntake(RequestRunner runner, Executor executor, Waits waits) {
        super(runner, executor);
        this.waits = waits;
    }

    @Override
    public void close() throws InterruptedException {
        waits.close();
    }
}

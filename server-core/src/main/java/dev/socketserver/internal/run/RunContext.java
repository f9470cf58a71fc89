package dev.socketserver.internal.run;

import dev.socketserver.internal.pool.ServicePool;
import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.OverloadPolicy;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The objects of a run that its transport-specific parts use.
 *
 * @param runner serves requests
 * @param drain signals whether idle requests must end
 * @param alarms the deadlines
 * @param executor runs requests
 * @param pool the executor, if it is an elastic thread pool
 * @param stopListening stops listening with the server's hook
 * @param died runs if a thread of the run ends without having been stopped
 */
public record RunContext(
        RequestRunner runner,
        DrainSignal drain,
        Alarms alarms,
        Executor executor,
        @Nullable ServicePool pool,
        Runnable stopListening,
        Runnable died) {

    /** Returns what the executor does when it is full; what an unknown one does may take time. */
    public OverloadPolicy overloadPolicy() {
        return executor instanceof ElasticThreadPool known ? known.config().overloadPolicy() : OverloadPolicy.BLOCK;
    }
}

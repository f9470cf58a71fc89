package dev.socketserver.internal.run;

import dev.socketserver.internal.pool.ServicePool;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What a run gives to the parts of it that depend on the transport.
 *
 * @param runner serves requests
 * @param drain says whether idle requests are to end
 * @param alarms keeps deadlines
 * @param executor runs requests
 * @param pool the executor, if it is an elastic thread pool
 * @param stopListening stops listening, by the server's hook
 * @param died is to run if a thread of the run ends without having been stopped
 */
public record RunContext(
        RequestRunner runner,
        DrainSignal drain,
        Alarms alarms,
        Executor executor,
        @Nullable ServicePool pool,
        Runnable stopListening,
        Runnable died) {}

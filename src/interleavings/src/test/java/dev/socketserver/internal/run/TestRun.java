package dev.socketserver.internal.run;

import dev.socketserver.Server;
import dev.socketserver.ServerConfig;
import dev.socketserver.internal.pool.ServicePool;

/** The parts of a run of a server, without its threads. */
public final class TestRun {
    private final CallerRun run;
    private final Alarms alarms = alarms();

    /** Creates a run of a server that is not bound. */
    public TestRun(Server server, ServerConfig config) {
        run = new CallerRun(server, config);
    }

    /** Returns alarms that never ring. */
    public static Alarms alarms() {
        return new TimingWheel(); // which nobody turns
    }

    /** Returns what the parts for connections use. */
    public RunContext context(ServicePool pool) {
        return new RunContext(run.runner(), run.drain(), alarms, pool, pool, () -> {}, () -> {});
    }

    /** Accepts a connection, which is then queued. */
    public void admit(OpenRequest request) {
        run.admit(request);
    }

    /** Begins to drain, as far as open connections are concerned. */
    public void drain() {
        run.beginDrain(() -> {});
        run.drain().hurry();
        run.runner().open().dismissIdle();
    }
}

package dev.socketserver.internal.run;

import dev.socketserver.Server;
import dev.socketserver.ServerConfig;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Serves requests in the calling thread with the hooks of a server that is not running; the basis of the handler test
 * kit. The hooks that pass a request on ({@code processRequest}, {@code finishRequest}, {@code shutdownRequest}) are
 * not called. Confined to one thread.
 */
public final class CallerRun {
    private static volatile @Nullable Function<Server, Hooks> hooksOf;

    private final RequestRunner runner;
    private final DrainSignal drain = new DrainSignal();
    private final ExactAlarms alarms = new ExactAlarms();
    private final Alarm patience = new Alarm() {
        @Override
        protected void ring() {
            hurry();
        }
    };
    private @Nullable Runnable dismiss; // while it drains and waits for first bytes
    private @Nullable Throwable failure;

    /** Creates a run of a server that need not be bound. */
    public CallerRun(Server server, ServerConfig config) {
        Hooks hooks = Objects.requireNonNull(hooksOf, "there is a server, so its class is initialized")
                .apply(server);
        var listener = new GuardedListener(server, config.listener());
        runner = new RequestRunner(
                server.name(),
                new CallerHooks(hooks),
                listener,
                new ServerCounters(),
                drain,
                new LoggingContext(config));
    }

    /** Called once by the class of servers, the only class that can provide a server's hooks. */
    public static void hooks(Function<Server, Hooks> of) {
        hooksOf = of;
    }

    /** Returns what serves requests. */
    public RequestRunner runner() {
        return runner;
    }

    /** Returns the signal that makes idle requests end. */
    public DrainSignal drain() {
        return drain;
    }

    /** Returns the deadlines; only {@link #pass} advances their clock. */
    public Alarms alarms() {
        return alarms;
    }

    /**
     * Advances the clock by that many nanoseconds, or fewer if an alarm is due earlier, which then rings.
     *
     * @return the number of nanoseconds that have passed
     */
    public long pass(long most) {
        return alarms.pass(most);
    }

    /** Notifies the handler of a request that its peer has been silent for a while. */
    public void idle(OpenRequest request) throws IOException {
        runner.idle(request);
    }

    /**
     * Begins to drain.
     *
     * @param dismissal dismisses the requests that are to end; called now, and when the peers that have sent nothing
     *     have had their time for it
     */
    public void beginDrain(Runnable dismissal) {
        drain.drain();
        dismissal.run();
        dismiss = dismissal;
        alarms.set(patience, Drain.FIRST_BYTE_PATIENCE.toNanos());
    }

    /** Ends the time for a first byte, if a drain waits for one; returns false if none does. */
    public boolean hurry() {
        Runnable last = dismiss;
        if (last == null) {
            return false;
        }
        dismiss = null;
        drain.hurry();
        last.run();
        return true;
    }

    /** Accepts a new request, which is then queued, or closed if the server's hook rejects it. */
    public void admit(OpenRequest request) {
        runner.admit(request);
    }

    /** Serves a queued request until it ends or is parked. */
    public void run(OpenRequest request) {
        runner.run(request);
    }

    /** Serves a parked request whose peer has sent something, until it ends or is parked again. */
    public void ready(OpenRequest request) {
        if (request.beginReady()) {
            runner.serve(request);
        }
    }

    /** Ends a request that is parked or queued: finishes its handler and releases what it holds. */
    public void close(OpenRequest request) {
        if (request.begin() || request.beginReady()) {
            runner.ends().close(request);
        }
    }

    /** Returns the exception that a handler or hook has thrown since the last call; null if there is none. */
    public @Nullable Throwable takeFailure() {
        Throwable taken = failure;
        failure = null;
        return taken;
    }

    private final class CallerHooks implements Hooks {
        private final Hooks hooks;

        CallerHooks(Hooks hooks) {
            this.hooks = hooks;
        }

        @Override
        public boolean verify(OpenRequest request) throws Exception {
            return hooks.verify(request);
        }

        @Override
        public void process(OpenRequest request) {} // stays queued for the caller

        @Override
        public void setUp(OpenRequest request) throws Exception {
            hooks.setUp(request);
        }

        @Override
        public void serve(OpenRequest request) throws Exception {
            hooks.handle(request);
        }

        @Override
        public void handle(OpenRequest request) throws Exception {
            hooks.handle(request);
        }

        @Override
        public void idle(OpenRequest request) throws IOException {
            hooks.idle(request);
        }

        @Override
        public void sayGoodbye(OpenRequest request) throws Exception {
            hooks.sayGoodbye(request);
        }

        @Override
        public void finish(OpenRequest request) throws Exception {
            hooks.finish(request);
        }

        @Override
        public void overload(OpenRequest request) throws Exception {
            hooks.overload(request);
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // a failure cannot suppress itself
        public void error(OpenRequest request, Throwable thrown) {
            if (failure == null) {
                failure = thrown;
            } else if (failure != thrown) {
                failure.addSuppressed(thrown);
            }
            hooks.error(request, thrown);
        }

        @Override
        public void shutDown(OpenRequest request) {
            runner.ends().close(request);
        }

        @Override
        public boolean hasServiceActions() {
            return false;
        }

        @Override
        public void serviceActions() {}

        @Override
        public void stopListening() {}
    }
}

package dev.socketserver;

import dev.socketserver.fault.Fault;
import dev.socketserver.fault.FaultyAllocator;
import dev.socketserver.fault.FaultyLog;
import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.FaultyMachine;
import dev.socketserver.pool.PoolConfig;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Runs of a server in which something other than the system fails. */
abstract class Torture extends FaultRuns {
    /** What fails. */
    enum Victim {
        /** Hooks, handlers, framings, tasks, and the listener. */
        USER,
        /** A handler that hears of silence, and tasks that are scheduled. */
        TIME,
        /** An executor that is given. */
        EXECUTOR,
        /** The threads of a pool. */
        WORKERS,
        /** The allocator of buffers. */
        MEMORY,
        /** The log. */
        LOG
    }

    final Victim victim = Victim.valueOf(System.getProperty("victim"));
    final AtomicInteger opened = new AtomicInteger(); // in the present run
    final AtomicInteger closed = new AtomicInteger(); // in the present run
    private @Nullable ElasticThreadPool pool; // of the present run

    /** Hooks that fail. */
    final HookLog hooks = new HookLog() {
        @Override
        void call(String hook) {
            if (!hook.equals("serviceActions")) { // which comes with time
                user(hook);
            }
        }
    };

    final void install() throws ReflectiveOperationException {
        if (victim == Victim.MEMORY) {
            FaultyAllocator.install();
        } else if (victim == Victim.LOG) {
            FaultyLog.install();
        }
    }

    @Override
    List<Fault.Kind> kinds() {
        return victim == Victim.MEMORY || victim == Victim.WORKERS ? List.of(Fault.Kind.ERROR) : Fault.Kind.OF_USERS;
    }

    /** Each call fails in one of the ways, those of the plainest setting in several. */
    @Override
    int rounds() {
        return victim == Victim.USER && isPlain() ? 2 : 1;
    }

    /** Returns whether the setting is the plainest. */
    abstract boolean isPlain();

    /** A call of the user's code. */
    final void user(String call) {
        if (victim == Victim.USER || victim == Victim.TIME) {
            Fault.inUncheckedCall(call);
        }
    }

    @Override
    int mostLost() {
        String failed = String.valueOf(Fault.failed());
        return failed.startsWith("listener") || failed.startsWith("log") ? 0 : 1;
    }

    @Override
    String wrongCounts(Server server) {
        String open = super.wrongCounts(server);
        long accepted = server.snapshot().accepted();
        if (open.isEmpty() && (accepted != opened.get() || accepted != closed.get())) {
            return "accepted " + accepted + ", told of " + opened + " opened and " + closed + " closed";
        }
        return open;
    }

    /** Sets what may fail. */
    final ServerConfig.Builder in(ServerConfig.Builder config) {
        opened.set(0);
        closed.set(0);
        config.shutdownGrace(Duration.ofSeconds(2)).listener(listener());
        if (victim == Victim.WORKERS) {
            pool = FaultyMachine.pool(PoolConfig.builder()
                    .name("server-pool")
                    .minWorkers(0)
                    .maxWorkers(8)
                    .build());
            config.executor(pool);
        } else if (victim == Victim.EXECUTOR) {
            Executor threads = RequestExecutors.threadPerRequest();
            config.executor(task -> {
                Fault.inUncheckedCall("before execute");
                threads.execute(task);
                Fault.inUncheckedCall("after execute");
            });
        }
        return config;
    }

    private ServerListener listener() {
        return (ServerListener) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ServerListener.class}, (proxy, event, arguments) -> {
                    if (event.getDeclaringClass() != ServerListener.class) {
                        return event.invoke(this, arguments);
                    }
                    if (event.getName().equals("opened")) {
                        opened.incrementAndGet();
                    } else if (event.getName().equals("closed")) {
                        closed.incrementAndGet();
                    }
                    user("listener." + event.getName());
                    return null;
                });
    }

    @Override
    final void end(Server server) {
        server.close();
        closePool();
    }

    final void closePool() {
        ElasticThreadPool used = pool;
        if (used != null) {
            used.close();
        }
    }
}

package dev.socketserver.internal.util;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Closes what is registered when the process is told to stop, and leaves it to the program to end: by itself, hence
 * with its own exit code.
 *
 * <pre>
 *             close()             signal              signal
 *   DEFAULT ───────────▶ CAUGHT ──────────▶ STOPPING ────────▶ DEFAULT, and the signal once more
 *      ▲                   │  ▲     close()    │
 *      └───────────────────┘  └────────────────┘
 *         last forget()
 * </pre>
 *
 * <p>The first signal closes all that is registered; an exit waits until they are closed. A second one does what it
 * does by default: it ends the process at once. Where signals cannot be caught (option {@code -Xrs}, no module
 * {@code jdk.unsupported}), and when the JVM exits for another reason, a shutdown hook closes what is registered.
 * Signals are caught by {@code sun.misc.Signal}, the only way that Java has; through method handles, since the compiler
 * warns of it otherwise. Thread-safe.
 */
public final class StopSignals {
    private static final Log LOG = Log.of(StopSignals.class);
    private static final List<String> NAMES = List.of("TERM", "INT");
    private static final String THREAD_NAME = "close-on-signal";

    private static final IdentityHashMap<Object, Runnable> REGISTERED = new IdentityHashMap<>(); // guarded by the class
    private static final Map<String, Object> DEFAULTS = new HashMap<>(); // guarded by the class: while CAUGHT
    private static final List<Thread> CLOSING =
            new ArrayList<>(); // guarded by the class: that close what was registered
    private static boolean hooked; // guarded by the class: the shutdown hook has been added
    private static boolean stopping; // guarded by the class: STOPPING
    private static volatile boolean hurried; // a second signal has come

    private StopSignals() {}

    /**
     * Runs {@code closing} in a thread of its own when the process is told to stop, unless the owner has been forgotten
     * by then. If the JVM is exiting already, runs it at once.
     *
     * @param closed returns whether the owner has been closed, which is to be forgotten when it is
     */
    public static void close(Object owner, Runnable closing, BooleanSupplier closed) {
        if (!register(owner, closing)) {
            closing.run();
        } else if (closed.getAsBoolean()) { // asked last, since another thread may be closing it
            forget(owner);
        }
    }

    /** Returns false if the JVM is exiting. */
    private static synchronized boolean register(Object owner, Runnable closing) {
        if (!hook()) {
            return false;
        }
        REGISTERED.put(owner, closing);
        stopping = false;
        if (DEFAULTS.isEmpty()) {
            NAMES.forEach(StopSignals::catchSignal);
        }
        return true;
    }

    /** Forgets what was registered for this owner, if anything. */
    public static synchronized void forget(Object owner) {
        if (REGISTERED.remove(owner) != null && REGISTERED.isEmpty() && !stopping) {
            restore();
        }
    }

    /** Adds the shutdown hook; returns false if the JVM is exiting. */
    private static synchronized boolean hook() {
        if (!hooked) {
            try {
                Runtime.getRuntime().addShutdownHook(new Thread(StopSignals::exiting, THREAD_NAME));
            } catch (IllegalStateException e) {
                return false;
            }
            hooked = true;
        }
        return true;
    }

    private static synchronized void catchSignal(String name) {
        try {
            DEFAULTS.put(name, Sun.handle(name, Sun.HANDLER));
        } catch (IllegalArgumentException | LinkageError e) {
            LOG.debug("SIG{} is left to the JVM: {}", name, e);
        }
    }

    private static synchronized void restore() {
        DEFAULTS.forEach(Sun::handle);
        DEFAULTS.clear();
    }

    /** Runs in a thread of the JVM, which is a daemon. */
    @SuppressWarnings("UnusedMethod") // found by its name
    private static void signalled(Object signal) {
        synchronized (StopSignals.class) {
            if (stopping) {
                hurried = true;
                restore();
            }
            stopping = true;
        }
        if (hurried) {
            Sun.raise(signal);
        } else {
            LOG.info("closing on {}", signal);
            closeAll();
        }
    }

    private static void exiting() {
        if (hurried) {
            return;
        }
        for (Thread thread : closeAll()) {
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Starts to close all, at the same time, and forgets them; returns the threads, with those that were at it. */
    private static synchronized List<Thread> closeAll() {
        CLOSING.removeIf(thread -> !thread.isAlive());
        List<Runnable> all =
                List.copyOf(REGISTERED.values()); // without a thread left, one is closed and forgotten here
        REGISTERED.clear();
        all.forEach(closing -> CLOSING.add(UserThread.begin(closing, THREAD_NAME)));
        return List.copyOf(CLOSING);
    }

    /** {@code sun.misc.Signal} and {@code SignalHandler}. */
    private static final class Sun {
        private static final MethodHandle SIGNAL;
        private static final MethodHandle HANDLE;
        private static final MethodHandle RAISE;
        static final Object HANDLER;

        static {
            try {
                MethodHandles.Lookup lookup = MethodHandles.publicLookup();
                Class<?> signal = Class.forName("sun.misc.Signal");
                Class<?> handler = Class.forName("sun.misc.SignalHandler");
                SIGNAL = lookup.findConstructor(signal, methodType(void.class, String.class));
                HANDLE = lookup.findStatic(signal, "handle", methodType(handler, signal, handler));
                RAISE = lookup.findStatic(signal, "raise", methodType(void.class, signal));
                MethodHandle signalled = MethodHandles.lookup()
                        .findStatic(StopSignals.class, "signalled", methodType(void.class, Object.class));
                HANDLER = MethodHandleProxies.asInterfaceInstance(
                        handler, signalled.asType(methodType(void.class, signal)));
            } catch (ReflectiveOperationException e) {
                throw new NoClassDefFoundError(e.toString());
            }
        }

        private Sun() {}

        /** Sends the process a signal. */
        static void raise(Object signal) {
            try {
                RAISE.invoke(signal);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException("sun.misc.Signal threw a checked exception", e);
            }
        }

        /**
         * Sets the handler of a signal and returns the previous one.
         *
         * @throws IllegalArgumentException if the JVM was told not to use the signal
         */
        static Object handle(String name, Object handler) {
            try {
                return HANDLE.invoke(SIGNAL.invoke(name), handler);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException("sun.misc.Signal threw a checked exception", e);
            }
        }
    }
}

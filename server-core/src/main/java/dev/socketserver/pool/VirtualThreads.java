package dev.socketserver.pool;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes virtual workers, through method handles because the library is compiled for JDK 17. */
final class VirtualThreads implements WorkerThreads {
    private static final Logger LOG = LoggerFactory.getLogger(VirtualThreads.class);
    private static final int FIRST = 21;
    private static final int FIRST_WITHOUT_PINNING = 24;
    private static final AtomicBoolean warned = new AtomicBoolean();

    /** {@code (name, body) -> Thread.ofVirtual().inheritInheritableThreadLocals(false).name(name).unstarted(body)}. */
    private final MethodHandle unstarted;

    VirtualThreads() {
        int version = Runtime.version().feature();
        if (version < FIRST) {
            throw new UnsupportedOperationException("workerKind VIRTUAL needs JDK " + FIRST + " or later: " + version);
        }
        unstarted = unstarted();
        if (version < FIRST_WITHOUT_PINNING && warned.compareAndSet(false, true)) {
            LOG.warn(
                    "Virtual workers on JDK {}: blocking inside synchronized pins the carrier; use JDK {} or later",
                    version,
                    FIRST_WITHOUT_PINNING);
        }
    }

    private static MethodHandle unstarted() {
        try {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            Class<?> ofVirtual = Class.forName("java.lang.Thread$Builder$OfVirtual");
            MethodHandle builder = lookup.findStatic(Thread.class, "ofVirtual", methodType(ofVirtual));
            MethodHandle inherit = lookup.findVirtual(
                    ofVirtual, "inheritInheritableThreadLocals", methodType(ofVirtual, boolean.class));
            MethodHandle name = lookup.findVirtual(ofVirtual, "name", methodType(ofVirtual, String.class));
            MethodHandle thread = lookup.findVirtual(ofVirtual, "unstarted", methodType(Thread.class, Runnable.class));
            MethodHandle bare =
                    MethodHandles.filterReturnValue(builder, MethodHandles.insertArguments(inherit, 1, false));
            MethodHandle named = MethodHandles.collectArguments(name, 0, bare);
            return MethodHandles.collectArguments(thread, 0, named);
        } catch (ReflectiveOperationException e) {
            throw new UnsupportedOperationException("workerKind VIRTUAL is not available on this JDK", e);
        }
    }

    @Override
    public Thread newThread(String name, Runnable body) {
        try {
            return (Thread) unstarted.invokeExact(name, body);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("Thread.ofVirtual() threw a checked exception", e);
        }
    }
}

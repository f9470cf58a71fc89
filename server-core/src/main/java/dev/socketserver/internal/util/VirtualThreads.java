package dev.socketserver.internal.util;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Virtual threads, through method handles, because the library is compiled for JDK 17. Stateless, except for a warning
 * that is logged once. Thread-safe.
 */
public final class VirtualThreads {
    private static final Log LOG = Log.of(VirtualThreads.class);
    private static final int FIRST = 21;
    private static final int FIRST_WITHOUT_PINNING = 24;
    private static final AtomicBoolean WARNED = new AtomicBoolean();

    /** {@code thread -> thread.isVirtual()}; null on a JDK that has no virtual threads. */
    private static final @Nullable MethodHandle IS_VIRTUAL = isVirtual();

    /** {@code (name, body) -> Thread.ofVirtual().inheritInheritableThreadLocals(false).name(name).unstarted(body)}. */
    private static final @Nullable MethodHandle UNSTARTED = unstarted();

    private VirtualThreads() {}

    private static @Nullable MethodHandle isVirtual() {
        if (Runtime.version().feature() < FIRST) {
            return null;
        }
        try {
            return MethodHandles.publicLookup().findVirtual(Thread.class, "isVirtual", methodType(boolean.class));
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    private static @Nullable MethodHandle unstarted() {
        if (Runtime.version().feature() < FIRST) {
            return null;
        }
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
            return null;
        }
    }

    /**
     * Checks that this JDK has virtual threads; warns once if {@code synchronized} pins them on this JDK.
     *
     * @throws UnsupportedOperationException before JDK 21
     */
    public static void require() {
        int version = Runtime.version().feature();
        if (UNSTARTED == null) {
            throw new UnsupportedOperationException("virtual threads need JDK " + FIRST + " or later: " + version);
        }
        if (version < FIRST_WITHOUT_PINNING && WARNED.compareAndSet(false, true)) {
            LOG.warn(
                    "virtual threads on JDK {}: blocking inside synchronized pins the carrier; use JDK {} or later",
                    version,
                    FIRST_WITHOUT_PINNING);
        }
    }

    /**
     * Returns a new virtual thread, not started.
     *
     * @throws UnsupportedOperationException before JDK 21
     */
    public static Thread newThread(String name, Runnable body) {
        MethodHandle unstarted = UNSTARTED;
        if (unstarted == null) {
            require();
            throw new IllegalStateException("virtual threads are not available");
        }
        try {
            return (Thread) unstarted.invokeExact(name, body);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("Thread.ofVirtual() threw a checked exception", e);
        }
    }

    /** Returns whether the calling thread is virtual. */
    public static boolean isCurrent() {
        MethodHandle isVirtual = IS_VIRTUAL;
        if (isVirtual == null) {
            return false;
        }
        try {
            return (boolean) isVirtual.invokeExact(Thread.currentThread());
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("Thread.isVirtual() threw a checked exception", e);
        }
    }

    /**
     * If the calling thread is virtual, lets others of its kind run: unlike platform threads, which the system
     * interrupts for that, it keeps its carrier until it blocks.
     */
    @SuppressWarnings("ThreadPriorityCheck") // no hint to a scheduler: it is how a virtual thread leaves its carrier
    public static void giveWay() {
        if (isCurrent()) {
            Thread.yield();
        }
    }
}

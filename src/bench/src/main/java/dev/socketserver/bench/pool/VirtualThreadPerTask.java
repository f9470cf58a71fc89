package dev.socketserver.bench.pool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** {@code Executors.newVirtualThreadPerTaskExecutor()}, found at run time because this is compiled for JDK 17. */
public final class VirtualThreadPerTask {
    private VirtualThreadPerTask() {}

    /** Returns a new one; throws {@link UnsupportedOperationException} before JDK 21. */
    public static ExecutorService executor() {
        try {
            return (ExecutorService) MethodHandles.publicLookup()
                    .findStatic(
                            Executors.class,
                            "newVirtualThreadPerTaskExecutor",
                            MethodType.methodType(ExecutorService.class))
                    .invoke();
        } catch (Throwable e) {
            throw new UnsupportedOperationException("no virtual threads on this JDK", e);
        }
    }
}

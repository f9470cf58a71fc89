package dev.socketserver.internal.util;

import java.lang.invoke.MethodHandles;

/**
 * Initializes classes before they are needed. To load one from a directory takes a file descriptor, to initialize it
 * takes memory, and a class that cannot be had when it is first needed may be lost for good: so what a server first
 * needs when one of these has run out is initialized when it starts.
 */
public final class Classes {
    private Classes() {}

    /** Initializes classes that the caller may access. */
    public static void initialize(MethodHandles.Lookup caller, Class<?>... classes) {
        for (Class<?> one : classes) {
            try {
                caller.ensureInitialized(one);
            } catch (IllegalAccessException e) {
                throw new IllegalArgumentException(one + " is not accessible to " + caller, e);
            }
        }
    }
}

package dev.socketserver.internal.util;

import java.lang.invoke.MethodHandles;

/**
 * Initializes classes before they are needed. Loading a class from a directory takes a file descriptor, and
 * initializing it takes memory; a class whose initialization fails may be unusable for good. So the classes that a
 * server first needs when one of these has run out are initialized when it starts.
 */
public final class Classes {
    private Classes() {}

    /** Initializes classes that are accessible to the caller. */
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

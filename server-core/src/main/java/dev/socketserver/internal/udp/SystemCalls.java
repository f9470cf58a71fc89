package dev.socketserver.internal.udp;

import dev.socketserver.internal.util.Log;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * System calls of Linux that the JDK's channels do not make. Memory is given by its address. Thread-safe. A record,
 * since the compiler takes the fields of records for constants, and inlines the calls.
 */
record SystemCalls(
        MethodHandle toAddress,
        MethodHandle toSegment,
        MethodHandle recvmmsg,
        MethodHandle sendmsg,
        MethodHandle getsockopt,
        MethodHandle setsockopt,
        MethodHandle dup,
        MethodHandle close) {
    private static final Log LOG = Log.of(SystemCalls.class);

    /** Returns the calls; null where {@link ForeignFunctions} cannot be had. */
    static @Nullable SystemCalls find() {
        ForeignFunctions functions = ForeignFunctions.open();
        if (functions == null) {
            return null;
        }
        try {
            return new SystemCalls(
                    functions.toAddress(),
                    functions.toSegment(),
                    functions.withErrno("recvmmsg", int.class, int.class, long.class, int.class, int.class, long.class),
                    functions.withErrno("sendmsg", long.class, int.class, long.class, int.class),
                    functions.function(
                            "getsockopt", int.class, int.class, int.class, int.class, long.class, long.class),
                    functions.function("setsockopt", int.class, int.class, int.class, int.class, long.class, int.class),
                    functions.function("dup", int.class, int.class),
                    functions.function("close", int.class, int.class));
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("no system calls beside those of the JDK: {}", e);
            return null;
        }
    }

    /** Returns the address of a direct buffer's position. */
    long address(ByteBuffer memory) {
        try {
            return (long) toAddress.invokeExact(memory);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Returns a call of those that write {@code errno}, which writes it there. */
    MethodHandle withErrno(MethodHandle call, ByteBuffer errno) {
        try {
            return MethodHandles.insertArguments(call, 0, toSegment.invoke((Buffer) errno));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    int getsockopt(int socket, int level, int option, long value, long length) {
        try {
            return (int) getsockopt.invokeExact(socket, level, option, value, length);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    int setsockopt(int socket, int level, int option, long value, int length) {
        try {
            return (int) setsockopt.invokeExact(socket, level, option, value, length);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    int dup(int descriptor) {
        try {
            return (int) dup.invokeExact(descriptor);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    int close(int descriptor) {
        try {
            return (int) close.invokeExact(descriptor);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Returns what no function declares; throws an unchecked failure as it is. */
    static IllegalStateException unexpected(Throwable failure) {
        if (failure instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        return new IllegalStateException(failure);
    }
}

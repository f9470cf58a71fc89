package dev.socketserver.examples.cli;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/**
 * Lets a command end by itself on SIGTERM or Ctrl-C, and the process exit with the command's exit code.
 *
 * <p>Otherwise the JVM would exit with 143 or 130 as soon as its shutdown hooks have run. The hook used here stops the
 * command, waits for its exit code and halts the JVM with it.
 */
public final class GracefulExit {
    private static final int FAILED = 1;

    private GracefulExit() {}

    /** Calls {@code command}. On a signal, runs {@code stop}, which must make {@code command} return soon. */
    public static int call(Runnable stop, Callable<Integer> command) throws Exception {
        var exitCode = new CompletableFuture<Integer>();
        var hook = new Thread(
                () -> {
                    stop.run();
                    Runtime.getRuntime().halt(exitCode.join());
                },
                "graceful-exit");
        Runtime.getRuntime().addShutdownHook(hook);
        int code = FAILED;
        try {
            code = command.call();
            return code;
        } finally {
            exitCode.complete(code);
            removeUnlessExiting(hook);
        }
    }

    private static void removeUnlessExiting(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyExiting) {
            // The hook is already running and will halt the process.
        }
    }
}

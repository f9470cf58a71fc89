package dev.socketserver.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;

/** The threads that accept for servers, as far as their stacks tell. */
public final class Acceptors {
    private Acceptors() {}

    /**
     * Returns when no thread is about to accept any more that has not seen yet that its server was just paused: each
     * waits in its selector, or is elsewhere, and looks again before it accepts.
     */
    public static void awaitPause() throws Exception {
        assertThat(Polling.await(() -> Thread.getAllStackTraces().values().stream()
                        .noneMatch(
                                stack -> isIn(stack, "Endpoint", "accept") && !isIn(stack, "SelectorImpl", "select"))))
                .as("whoever accepts has seen the pause")
                .isTrue();
    }

    private static boolean isIn(StackTraceElement[] stack, String type, String method) {
        return Arrays.stream(stack)
                .anyMatch(frame -> frame.getClassName().endsWith(type)
                        && frame.getMethodName().equals(method));
    }
}

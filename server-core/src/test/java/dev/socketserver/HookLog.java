package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Polling;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Remembers which hooks were called, and makes them fail or say no if told to. Thread-safe. */
class HookLog {
    private final List<String> calls = new ArrayList<>(); // guarded by this
    private volatile String failing = "";
    private volatile @Nullable Error failure; // what it fails with; null for an exception that names the hook
    private volatile boolean verified = true;

    /** Lets the hook of that name throw from now on; an empty one lets none. */
    HookLog fail(String hook) {
        failure = null;
        failing = hook;
        return this;
    }

    /** Lets the hook of that name throw an error from now on. */
    HookLog fail(String hook, Error with) {
        failure = with;
        failing = hook;
        return this;
    }

    /** Sets what {@code verifyRequest} says. */
    HookLog verify(boolean answer) {
        verified = answer;
        return this;
    }

    boolean isVerified() {
        return verified;
    }

    /** A hook was called. */
    void call(String hook) {
        synchronized (this) {
            calls.add(hook);
            notifyAll();
        }
        if (hook.equals(failing)) {
            Error error = failure;
            if (error != null) {
                throw error;
            }
            throw new IllegalStateException(hook + " fails, says the test");
        }
    }

    /** Returns the calls so far, without those that come with time. */
    synchronized List<String> calls() {
        return calls.stream().filter(call -> !call.equals("serviceActions")).toList();
    }

    synchronized int count(String hook) {
        return Collections.frequency(calls, hook);
    }

    /** Forgets the calls so far. */
    synchronized void clear() {
        calls.clear();
    }

    /** Waits until a hook was called that many times. */
    synchronized void await(String hook, int times) throws InterruptedException {
        long end = System.nanoTime() + Polling.PATIENCE.toNanos();
        while (count(hook) < times && end - System.nanoTime() > 0) {
            wait(100);
        }
        assertThat(count(hook)).as("calls of %s, of %s", hook, calls).isGreaterThanOrEqualTo(times);
    }
}

package dev.socketserver.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.Datagram;
import dev.socketserver.DrainReport;
import dev.socketserver.Request;
import dev.socketserver.Server;
import dev.socketserver.ServerListener;
import dev.socketserver.ServerState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Remembers what a server tells, and waits for it. Thread-safe. */
public final class RecordingListener implements ServerListener {
    private final List<String> events = new ArrayList<>(); // guarded by this
    private final List<Throwable> failures = new ArrayList<>(); // guarded by this

    private synchronized void add(String event) {
        events.add(event);
        notifyAll();
    }

    private void add(String event, Throwable failure) {
        synchronized (this) {
            failures.add(failure);
        }
        add(event);
    }

    /** Returns all events so far, in order. */
    public synchronized List<String> events() {
        return List.copyOf(events);
    }

    /** Returns what was told as the cause of an event, in order. */
    public synchronized List<Throwable> failures() {
        return List.copyOf(failures);
    }

    /** Returns how often an event came. */
    public synchronized int count(String event) {
        return Collections.frequency(events, event);
    }

    /** Waits until an event has come that many times. */
    public synchronized void await(String event, int times) throws InterruptedException {
        long end = System.nanoTime() + Polling.PATIENCE.toNanos();
        while (count(event) < times && end - System.nanoTime() > 0) {
            wait(100);
        }
        assertThat(events)
                .as("%s %d times", event, times)
                .filteredOn(event::equals)
                .hasSizeGreaterThanOrEqualTo(times);
    }

    @Override
    public void stateChanged(Server server, ServerState state) {
        add(state.name());
    }

    @Override
    public void opened(Server server, Request request) {
        add("opened");
    }

    @Override
    public void closed(Server server, Request request) {
        add("closed");
    }

    @Override
    public void rejected(Server server, Request request, Throwable cause) {
        add("rejected", cause);
    }

    @Override
    public void error(Server server, Request request, Throwable failure) {
        add("error", failure);
    }

    @Override
    public void acceptFailed(Server server, Throwable failure) {
        add("acceptFailed", failure);
    }

    @Override
    public void limitReached(Server server, int maxConnections) {
        add("limitReached " + maxConnections);
    }

    @Override
    public void limitLeft(Server server, Duration lasted) {
        assertThat(lasted).isGreaterThanOrEqualTo(Duration.ZERO);
        add("limitLeft");
    }

    @Override
    public void truncated(Server server, Datagram datagram) {
        add("truncated");
    }

    @Override
    public void stopped(Server server, DrainReport report) {
        add("stopped " + report);
    }
}

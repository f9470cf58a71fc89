package dev.socketserver.examples.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.examples.ChildJvm;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The command {@code echo} in a JVM of its own, with the same ports each time. */
final class LoopbackReplica implements Replica {
    private static final String HOST = "127.0.0.1";
    private static final String GRACE_SECONDS = "20";
    /** The balancer asks twice a second whether a replica is ready; this leaves it time, also on a busy machine. */
    private static final String DRAIN_DELAY_SECONDS = "4";

    private final String name;
    private final int port;
    private final int healthPort;
    private @Nullable ChildJvm jvm;

    LoopbackReplica(String name, int port, int healthPort) {
        this.name = name;
        this.port = port;
        this.healthPort = healthPort;
    }

    @Override
    public String name() {
        return name;
    }

    String address() {
        return HOST + ":" + port;
    }

    int healthPort() {
        return healthPort;
    }

    @Override
    public void start() throws IOException {
        ChildJvm started = ChildJvm.start(
                "echo",
                "--host",
                HOST,
                "--port",
                Integer.toString(port),
                "--health-port",
                Integer.toString(healthPort),
                "--proxy-protocol",
                HOST + "/32",
                "--grace",
                GRACE_SECONDS,
                "--drain-delay",
                DRAIN_DELAY_SECONDS);
        jvm = started;
        assertThat(started.out().readLine()).as("the first line of " + name).isEqualTo("listening on " + address());
    }

    @Override
    public int stop() throws Exception {
        ChildJvm running = running();
        running.signal("TERM");
        return running.awaitExit();
    }

    @Override
    public void kill() throws Exception {
        ChildJvm running = running();
        running.close();
        running.awaitExit();
    }

    @Override
    public void freeze() throws Exception {
        running().signal("STOP");
    }

    @Override
    public void thaw() throws Exception {
        running().signal("CONT");
    }

    private ChildJvm running() {
        ChildJvm current = jvm;
        if (current == null) {
            throw new IllegalStateException(name + " was never started");
        }
        return current;
    }

    @Override
    public void close() {
        if (jvm != null) {
            jvm.close();
        }
    }
}

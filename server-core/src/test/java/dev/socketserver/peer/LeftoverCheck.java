package dev.socketserver.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.LeakPresenceDetector;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class that leaves a thread, a socket or a buffer behind. Registered for every class through
 * {@code META-INF/services}.
 */
public final class LeftoverCheck implements BeforeAllCallback, AfterAllCallback {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(LeftoverCheck.class);

    /** Groups of the JDK's own threads: cleaners, the pollers and carriers of virtual threads. */
    private static final Set<String> GROUPS_OF_THE_JDK = Set.of("system", "InnocuousThreadGroup", "CarrierThreads");

    private record Before(Set<Thread> threads, Set<String> sockets) {}

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        Descriptors.warmUp();
        context.getStore(NAMESPACE).put(Before.class, new Before(threads(), Descriptors.sockets()));
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        Before before =
                Objects.requireNonNull(context.getStore(NAMESPACE).get(Before.class, Before.class), "beforeAll ran");
        assertThat(threadsSince(before)).as("threads left behind").isEmpty();
        Polling.await(() -> socketsSince(before).isEmpty());
        assertThat(socketsSince(before)).as("sockets left behind").isEmpty();
        LeakPresenceDetector.check();
    }

    private static List<Thread> threadsSince(Before before) throws InterruptedException {
        List<Thread> left = new ArrayList<>();
        for (Thread thread : threads()) {
            if (!before.threads.contains(thread)) {
                thread.join(Polling.PATIENCE.toMillis());
                if (thread.isAlive()) {
                    left.add(thread);
                }
            }
        }
        return left;
    }

    private static Set<Thread> threads() {
        Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
        threads.removeIf(thread -> {
            ThreadGroup group = thread.getThreadGroup();
            return group == null
                    || GROUPS_OF_THE_JDK.contains(group.getName())
                    || thread.getName().startsWith("JFR ")
                    || thread.getName().startsWith("junit-")
                    || thread.getName().startsWith("surefire-");
        });
        return threads;
    }

    private static Set<String> socketsSince(Before before) throws Exception {
        Set<String> sockets = Descriptors.sockets();
        sockets.removeAll(before.sockets);
        return sockets;
    }
}

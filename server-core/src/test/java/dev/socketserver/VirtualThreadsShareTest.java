package dev.socketserver;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.buffer.ByteInput;
import dev.socketserver.internal.util.VirtualThreads;
import dev.socketserver.testing.InMemoryConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/**
 * Peers that send without a pause leave room for others on virtual threads, too, which nobody interrupts. There are as
 * many such peers as there are processors.
 */
@EnabledForJreRange(min = JRE.JAVA_21)
@Timeout(60)
class VirtualThreadsShareTest {
    private static final byte[] LINES = ("hello\n".repeat(200_000) + "last\n").getBytes(US_ASCII);

    private final int processors = Runtime.getRuntime().availableProcessors();
    private final AtomicInteger begun = new AtomicInteger();
    private final Thread other = VirtualThreads.newThread("other", () -> otherServed = true);
    private volatile boolean otherServed; // written by the other thread
    private volatile boolean servedInTime; // written by the thread of the peer that begins last

    /** Reads the lines of a peer. The peer that begins last starts the other thread. */
    private final class Peer {
        private boolean isFirstLine = true;
        private boolean isLastPeer;

        /** Reads a line; returns whether to go on. */
        boolean read(ByteInput in) throws IOException {
            String line = in.readLine(US_ASCII, 100);
            if (isFirstLine) {
                isFirstLine = false;
                isLastPeer = begun.incrementAndGet() == processors;
                if (isLastPeer) {
                    other.start();
                }
                while (begun.get() < processors) {
                    Thread.onSpinWait(); // so that each has a processor, and none is left
                }
            }
            if (otherServed && isLastPeer) {
                servedInTime = true;
            }
            return !otherServed && !"last".equals(line);
        }
    }

    private final class CallForEachLine extends StreamRequestHandler {
        private final Peer peer = new Peer();

        @Override
        protected void handle() throws IOException {
            if (peer.read(in())) {
                keepOpen();
            }
        }
    }

    private void assertThatTheOtherIsServedInTime(Supplier<? extends StreamRequestHandler> handlers) throws Exception {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < processors; i++) {
            threads.add(VirtualThreads.newThread("peer " + i, () -> serve(handlers)));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        other.join();
        assertThat(servedInTime).isTrue();
    }

    private static void serve(Supplier<? extends StreamRequestHandler> handlers) {
        try (var connection = InMemoryConnection.to(handlers)) {
            connection.send(LINES).shutdownOutput().serve();
        }
    }

    @Test
    void ofHandlersThatAreCalledForEachMessage() throws Exception {
        assertThatTheOtherIsServedInTime(CallForEachLine::new);
    }

    @Test
    void ofHandlersThatHoldAConversation() throws Exception {
        assertThatTheOtherIsServedInTime(StreamRequestHandler.of((in, out) -> {
            var peer = new Peer();
            boolean goesOn = true;
            while (goesOn && in.awaitMessage()) {
                goesOn = peer.read(in);
            }
        }));
    }
}

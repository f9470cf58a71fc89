package dev.socketserver.internal.stream;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.socketserver.StreamConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZ_Result;
import org.openjdk.jcstress.infra.results.ZI_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** What may not happen when a message is sent, or a group joined, while the connection sends or ends. */
final class OutboundRaces {
    private static final int LIMIT = 1024;

    private OutboundRaces() {}

    private static ByteBuf message() {
        return Unpooled.wrappedBuffer(new byte[] {1, 2, 3});
    }

    /** A peer that takes everything. */
    private static final class Sink implements GatheringByteChannel {
        volatile int taken; // written by the thread that sends

        @Override
        public int write(ByteBuffer source) {
            int count = source.remaining();
            source.position(source.limit());
            taken += count;
            return count;
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) {
            int count = 0;
            for (int i = offset; i < offset + length; i++) {
                count += write(sources[i]);
            }
            return count;
        }

        @Override
        public long write(ByteBuffer[] sources) {
            return write(sources, 0, sources.length);
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    /** A message that is queued while the connection ends is dropped, and its buffer released, or refused. */
    @JCStressTest
    @Outcome(id = "true, 0", expect = ACCEPTABLE, desc = "taken, and released by the end")
    @Outcome(id = "false, 1", expect = ACCEPTABLE, desc = "refused: still the sender's")
    @Outcome(expect = FORBIDDEN, desc = "released twice, or by nobody")
    @State
    public static class AddVersusClose {
        private final Outbound outbound = new Outbound();
        private final ByteBuf message = message();
        private boolean taken;

        /** The sender. */
        @Actor
        public void add() {
            taken = outbound.add(message, LIMIT, false) == 0;
        }

        /** The end of the connection. */
        @Actor
        public void close() {
            outbound.close();
        }

        /** Afterwards. */
        @Arbiter
        public void end(ZI_Result result) {
            result.r1 = taken;
            result.r2 = message.refCnt();
        }
    }

    /** A message that is queued while others are sent is sent with them, or known to be unsent. */
    @JCStressTest
    @Outcome(id = "6, false", expect = ACCEPTABLE, desc = "both sent")
    @Outcome(id = "3, true", expect = ACCEPTABLE, desc = "the new one waits")
    @Outcome(expect = FORBIDDEN, desc = "lost, sent twice, or forgotten")
    @State
    public static class AddVersusSend {
        private final Outbound outbound = new Outbound();
        private final Sink sink = new Sink();

        /** A queue with a message. */
        AddVersusSend() {
            outbound.add(message(), LIMIT, false);
        }

        /** Another sender. */
        @Actor
        public void add() {
            outbound.add(message(), LIMIT, false);
        }

        /** The turn. */
        @Actor
        public void send() {
            try {
                outbound.send(sink);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Afterwards. */
        @Arbiter
        public void end(IZ_Result result) {
            result.r1 = sink.taken;
            result.r2 = outbound.isUnsent();
        }
    }

    /** No group keeps a connection that has ended while it joined. */
    @JCStressTest
    @Outcome(
            id = {"true, false", "false, false"},
            expect = ACCEPTABLE,
            desc = "joined and removed, or not joined")
    @Outcome(expect = FORBIDDEN, desc = "a member for ever")
    @State
    public static class JoinVersusEnd {
        private static final StreamConnection CONNECTION = (StreamConnection) Proxy.newProxyInstance(
                StreamConnection.class.getClassLoader(),
                new Class<?>[] {StreamConnection.class},
                (proxy, method, arguments) -> method.getName().equals("hashCode") ? (Object) 1 : proxy == arguments[0]);

        private final Set<StreamConnection> group = ConcurrentHashMap.newKeySet();
        private final Calls calls = new Calls();
        private boolean joined;

        /** Another thread. */
        @Actor
        public void join() {
            joined = calls.join(group, CONNECTION);
        }

        /** The end of the connection. */
        @Actor
        public void end() {
            calls.drop();
        }

        /** Afterwards. */
        @Arbiter
        public void end(ZZ_Result result) {
            result.r1 = joined;
            result.r2 = !group.isEmpty();
        }
    }
}

package dev.socketserver.internal.stream;

import static dev.socketserver.interleavings.Threads.join;
import static dev.socketserver.interleavings.Threads.start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.interleavings.Schedules;
import dev.socketserver.internal.run.OpenRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** What may not happen to what others want of a connection while it sends, is full, or ends. */
class OutboundInterleavings {
    private static final int ROOM = 2 * Outbound.LEAST_COST;

    /** A peer that takes a byte at a time, and remembers them. */
    private static final class Peer implements GatheringByteChannel {
        final List<Byte> taken = new ArrayList<>(); // of the thread that sends

        @Override
        public int write(ByteBuffer source) {
            taken.add(source.get());
            return 1;
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) {
            return write(sources[offset]);
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

    /** Three messages for a queue with room for two, whose turn sends, and which ends. */
    private static final class Sending {
        final Outbound outbound = new Outbound();
        final Peer peer = new Peer();
        final List<ByteBuf> messages = List.of(message(1), message(2), message(3));
        final int[] answers = new int[3];
        private final boolean dropsOldest;

        Sending(boolean dropsOldest) {
            this.dropsOldest = dropsOldest;
        }

        private static ByteBuf message(int number) {
            return Unpooled.wrappedBuffer(new byte[] {(byte) number, (byte) -number});
        }

        private void add(int index) {
            answers[index] = outbound.add(messages.get(index), ROOM, dropsOldest);
        }

        /** Adds the messages in two threads while this one does something else. */
        void addDuring(Runnable action) {
            Thread one = start(() -> add(0));
            Thread other = start(() -> {
                add(1);
                add(2);
            });
            action.run();
            join(one, other);
        }

        void send() {
            try {
                outbound.send(peer);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /**
         * Checks that each message was sent in one piece, dropped, or refused, and is released unless it was refused.
         */
        void check(boolean wasClosed) {
            int refused = 0;
            int dropped = 0;
            for (int i = 0; i < messages.size(); i++) {
                boolean isTaken = answers[i] >= 0;
                assertThat(messages.get(i).refCnt())
                        .as("references to message %d", i)
                        .isEqualTo(isTaken ? 0 : 1);
                refused += isTaken ? 0 : 1;
                dropped += Math.max(0, answers[i]);
            }
            List<Byte> sent = peer.taken;
            int begun = 0;
            for (int i = 0; i < sent.size(); i++) {
                boolean isBeginning = sent.get(i) > 0;
                begun += isBeginning ? 1 : 0;
                assertThat(isBeginning || sent.get(i - 1) == -sent.get(i))
                        .as("in one piece: %s", sent)
                        .isTrue();
            }
            assertThat(sent).as("sent once").doesNotHaveDuplicates();
            if (!wasClosed) {
                assertThat(begun + dropped + refused)
                        .as("messages sent, dropped and refused")
                        .isEqualTo(3);
                assertThat(sent.size()).as("no message ends early").isEqualTo(2 * begun);
            }
            assertThat(outbound.isUnsent()).isFalse();
        }
    }

    /** Messages come from two threads while the turn sends. */
    static final class AddAgainstSend implements Runnable {
        @Override
        public void run() {
            var sending = new Sending(false);
            sending.addDuring(sending::send);
            sending.send();
            sending.check(false);
        }
    }

    /** The same, and the oldest make room, except one of which a part was sent. */
    static final class AddAgainstDrop implements Runnable {
        @Override
        public void run() {
            var sending = new Sending(true);
            sending.addDuring(sending::send);
            sending.send();
            sending.check(false);
        }
    }

    /** The connection ends meanwhile. */
    static final class AddAgainstClose implements Runnable {
        @Override
        public void run() {
            var sending = new Sending(false);
            sending.addDuring(() -> {
                sending.send();
                sending.outbound.close();
            });
            sending.check(true);
        }
    }

    /** Tasks come while the connection runs what there is, and takes no more. */
    static final class TasksAgainstEnd implements Runnable {
        private final Calls calls = new Calls();

        @Override
        public void run() {
            OpenRequest owner = Simulated.request();
            var run = new ArrayList<Integer>(); // of the turn
            int[] taken = new int[2];
            Thread one = start(() -> taken[0] = add(1, run, owner));
            Thread other = start(() -> taken[1] = add(2, run, owner));
            calls.run();
            calls.refuse();
            calls.run();
            join(one, other);
            assertThat(run)
                    .as("tasks that were run")
                    .hasSize(taken[0] + taken[1])
                    .doesNotHaveDuplicates();
            assertThat(calls.hasTasks()).isFalse();
        }

        private int add(int number, List<Integer> run, OpenRequest owner) {
            try {
                calls.execute(() -> run.add(number), owner);
                return 1;
            } catch (RejectedExecutionException e) {
                return 0;
            }
        }
    }

    @Test
    void everyMessageIsSentOrRefused() throws Exception {
        Schedules.hold(AddAgainstSend.class);
    }

    @Test
    void everyMessageIsSentOrDropped() throws Exception {
        Schedules.hold(AddAgainstDrop.class);
    }

    @Test
    void everyMessageIsReleasedWhenTheConnectionEnds() throws Exception {
        Schedules.hold(AddAgainstClose.class);
    }

    @Test
    void everyTaskIsRunOrRefused() throws Exception {
        Schedules.hold(TasksAgainstEnd.class);
    }

    @Test
    void aQueueWithoutALockIsFound() throws Exception {
        Schedules.failIfTorn(AddAgainstSend.class, Outbound.class);
        Schedules.failIfTorn(AddAgainstDrop.class, Outbound.class);
        Schedules.failIfTorn(AddAgainstClose.class, Outbound.class);
        Schedules.failIfTorn(TasksAgainstEnd.class, Calls.class);
    }
}

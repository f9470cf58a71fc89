package dev.socketserver.internal.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What waits is bounded, however short the messages are. */
@Timeout(60)
class OutboundTest {
    private static final int LIMIT = 1024;

    private final Outbound outbound = new Outbound();
    private final List<Byte> received = new ArrayList<>();
    private int room; // how many bytes the peer takes

    private final GatheringByteChannel sink = new GatheringByteChannel() {
        @Override
        public int write(ByteBuffer source) {
            int count = 0;
            while (source.hasRemaining() && room > 0) {
                received.add(source.get());
                room--;
                count++;
            }
            return count;
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
            long sum = 0;
            for (int i = offset; i < offset + length; i++) {
                sum += write(sources[i]);
            }
            return sum;
        }

        @Override
        public long write(ByteBuffer[] sources) throws IOException {
            return write(sources, 0, sources.length);
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    };

    private int add(int length, int value, boolean dropsOldest) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        ByteBuf message = Unpooled.wrappedBuffer(bytes);
        int result = outbound.add(message, LIMIT, dropsOldest);
        if (result < 0) {
            message.release();
        }
        return result;
    }

    private void take(int count) throws IOException {
        room = count;
        outbound.send(sink);
        room = 0;
    }

    @AfterEach
    void close() {
        outbound.close();
    }

    @Test
    void aMessageMayHaveAsManyBytesAsTheLimitAndNoMore() {
        assertThat(add(LIMIT + 1, 1, false)).isEqualTo(Outbound.FULL);
        assertThat(add(LIMIT, 1, false)).isZero();
        assertThat(add(1, 1, false)).isEqualTo(Outbound.FULL);
    }

    @Test
    void aShortMessageThatWaitsCountsAsWhatItsBufferTakes() throws IOException {
        int most = LIMIT / Outbound.LEAST_COST;
        for (int i = 0; i < most; i++) {
            assertThat(add(1, i, false)).as("message %s", i).isZero();
        }
        assertThat(add(1, 100, false)).isEqualTo(Outbound.FULL);
        take(3);
        for (int i = 0; i < 3; i++) {
            assertThat(add(1, 50 + i, false)).isZero();
        }
        assertThat(add(1, 100, false)).isEqualTo(Outbound.FULL);
        take(LIMIT);
        assertThat(received).hasSize(most + 3).endsWith((byte) 50, (byte) 51, (byte) 52);
        assertThat(add(LIMIT, 1, false)).as("all of it is free again").isZero();
    }

    @Test
    void aMessageThatIsSentInPartCountsWhatIsLeftOfIt() throws IOException {
        assertThat(add(LIMIT, 1, false)).isZero();
        take(LIMIT - 10);
        assertThat(add(LIMIT - Outbound.LEAST_COST + 1, 2, false)).isEqualTo(Outbound.FULL);
        assertThat(add(LIMIT - Outbound.LEAST_COST, 2, false)).isZero();
        take(10);
        assertThat(add(Outbound.LEAST_COST, 3, false)).isZero();
        assertThat(add(1, 3, false)).isEqualTo(Outbound.FULL);
    }

    @Test
    void theOldestMakeRoomButTheOneThatIsSentInPart() throws IOException {
        assertThat(add(100, 1, true)).isZero();
        assertThat(add(100, 2, true)).isZero();
        assertThat(add(100, 3, true)).isZero();
        take(50);
        assertThat(add(LIMIT, 4, true)).isEqualTo(Outbound.FULL);
        assertThat(add(LIMIT - Outbound.LEAST_COST, 5, true)).isEqualTo(2);
        take(LIMIT * 2);
        assertThat(received).hasSize(100 + LIMIT - Outbound.LEAST_COST);
        assertThat(received.get(99)).isEqualTo((byte) 1);
        assertThat(received.get(100)).isEqualTo((byte) 5);
    }

    @Test
    void whoMakesRoomDropsNoMoreThanItHasTo() {
        for (int i = 0; i < LIMIT / Outbound.LEAST_COST; i++) {
            assertThat(add(1, i, true)).isZero();
        }
        assertThat(add(1, 100, true)).isEqualTo(1);
        assertThat(add(Outbound.LEAST_COST + 1, 101, true)).isEqualTo(2);
    }

    @Test
    void whatWaitsAtTheEndIsSentAndNothingMoreIsTaken() throws IOException {
        add(10, 1, false);
        outbound.end();
        assertThat(add(10, 2, false)).isEqualTo(Outbound.CLOSED);
        take(LIMIT);
        assertThat(received).containsOnly((byte) 1).hasSize(10);
        assertThat(outbound.isUnsent()).isFalse();
    }

    /** Adds what comes before all messages, as a relay does. */
    private void addFirst(int length, int value) throws IOException {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        ByteBuf part = Unpooled.wrappedBuffer(bytes);
        outbound.addFirst(part);
        part.release();
    }

    @Test
    void whatARelaySendsTakesNoRoomFromMessages() throws IOException {
        addFirst(3 * LIMIT, 1);
        assertThat(add(LIMIT / 2, 2, false)).isZero();
        take(LIMIT);
        assertThat(add(LIMIT / 2, 3, false)).isZero();
        assertThat(add(1, 4, false)).isEqualTo(Outbound.FULL);
        assertThat(add(LIMIT / 2, 5, true)).isEqualTo(1);
        take(4 * LIMIT);
        assertThat(received).hasSize(4 * LIMIT);
        assertThat(received.subList(0, 3 * LIMIT)).containsOnly((byte) 1);
        assertThat(received.subList(3 * LIMIT, 4 * LIMIT)).containsOnly((byte) 3, (byte) 5);
        assertThat(add(LIMIT, 6, false)).isZero();
        assertThat(add(1, 7, false)).isEqualTo(Outbound.FULL);
    }
}

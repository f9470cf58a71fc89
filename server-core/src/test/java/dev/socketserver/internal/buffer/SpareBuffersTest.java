package dev.socketserver.internal.buffer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SpareBuffersTest {
    private static final int SIZE = 16;

    private final RecordingAllocator allocator = new RecordingAllocator();
    private final SpareBuffers spare = new SpareBuffers(allocator, SIZE);

    @AfterEach
    void close() {
        spare.close();
    }

    private ChannelInput input(String... chunks) {
        return new ChannelInput(ScriptedSource.of(chunks), spare, SIZE, new FreeOwner());
    }

    @Test
    void manyConnectionsInTurnShareOneBuffer() throws IOException {
        for (int i = 0; i < 100; i++) {
            try (ChannelInput in = input("request")) {
                assertThat(in.readLine(UTF_8, SIZE)).isEqualTo("request");
                in.trim();
            }
        }
        assertThat(allocator.count()).isEqualTo(1);
    }

    @Test
    void aConnectionThatClosesLeavesItsBufferToTheNextAndNoneOfItsBytes() throws IOException {
        try (ChannelInput in = input("unread")) {
            assertThat(in.read()).isEqualTo('u');
        }
        try (ChannelInput in = input("next")) {
            assertThat(in.readLine(UTF_8, SIZE)).isEqualTo("next");
        }
        assertThat(allocator.count()).isEqualTo(1);
    }

    @Test
    void bytesThatAHandlerRetainedAreNotOverwrittenByTheNextConnection() throws IOException {
        ByteBuf kept;
        try (ChannelInput in = input("mine")) {
            kept = in.readSlice(4).retain();
            in.trim();
        }
        try (ChannelInput in = input("next")) {
            assertThat(in.readLine(UTF_8, SIZE)).isEqualTo("next");
        }
        assertThat(kept.toString(UTF_8)).isEqualTo("mine");
        kept.release();
        assertThat(allocator.count()).isEqualTo(2);
    }

    @Test
    void aBufferThatGrewIsNotKept() throws IOException {
        try (ChannelInput in = input("0123456789abcdef", "0123456789abcdef")) {
            in.readSlice(2 * SIZE);
        }
        try (ChannelInput in = input("next")) {
            assertThat(in.readLine(UTF_8, SIZE)).isEqualTo("next");
        }
        assertThat(allocator.count()).isEqualTo(3);
    }

    @Test
    void aConnectionWithUnreadBytesKeepsItsBufferAndLendsNoMore() throws IOException {
        try (ChannelInput waiting = input("ab");
                ChannelInput other = input("cd")) {
            assertThat(waiting.read()).isEqualTo('a');
            waiting.trim();
            assertThat(other.read()).isEqualTo('c');
            assertThat(waiting.read()).isEqualTo('b');
            assertThat(other.read()).isEqualTo('d');
        }
        assertThat(allocator.count()).isEqualTo(2);
    }

    @Test
    void anOutputBorrowsAndGivesBackLikeAnInput() throws IOException {
        var sink = new RecordingSink();
        for (int i = 0; i < 3; i++) {
            try (var out = new ChannelOutput(sink, spare, SIZE, new FreeOwner())) {
                out.write("reply" + i, UTF_8);
                out.flush();
                out.trim();
            }
        }
        assertThat(sink.text()).isEqualTo("reply0reply1reply2");
        assertThat(allocator.count()).isEqualTo(1);
    }

    @Test
    void closingReleasesWhatIsKeptAndLaterWhatComesBack() throws IOException {
        ChannelInput late = input("late");
        assertThat(late.read()).isEqualTo('l');
        try (ChannelInput in = input("early")) {
            assertThat(in.read()).isEqualTo('e');
        }
        spare.close();
        assertThat(allocator.unreleased()).as("what a connection has still").isEqualTo(1);
        late.close();
        assertThat(allocator.unreleased()).isZero();
    }

    @Test
    void threadsHaveABufferEach() throws Exception {
        spare.giveBack(allocator.directBuffer(SIZE, SIZE));
        var other = new Thread(() -> spare.giveBack(allocator.directBuffer(SIZE, SIZE)));
        other.start(); // its number is not that of this thread, but for a multiple of the slots
        other.join();
        boolean shared = (other.getId() - Thread.currentThread().getId()) % 64 == 0;
        assertThat(allocator.unreleased()).isEqualTo(shared ? 1 : 2);
    }

    @Test
    void whereLeaksAreSoughtAViewIsNoLongerValidAfterTheNextRead() throws IOException {
        assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
        try (SpareBuffers checking = SpareBuffers.forInputs(allocator, SIZE);
                ChannelInput in = new ChannelInput(ScriptedSource.of("abc", "d"), checking, SIZE, new FreeOwner())) {
            ByteBuf view = in.readSlice(2);
            assertThat(view.refCnt()).isEqualTo(1);
            assertThat(in.read()).isEqualTo('c');
            assertThat(view.refCnt()).isZero();
            ByteBuf all = in.buffer();
            assertThat(in.receive()).isEqualTo(-1);
            assertThat(all.refCnt()).isZero();
            assertThat(in.read()).isEqualTo('d');
        }
        assertThat(allocator.count()).as("those that are not pooled").isZero();
    }

    @Test
    void threadsThatTakeAndGiveBackAtOnceNeverShareABuffer() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Void>> runs = new ArrayList<>();
            for (byte mark = 1; mark <= 4; mark++) {
                byte own = mark;
                runs.add(threads.submit(() -> takeAndGiveBack(own)));
            }
            for (Future<Void> run : runs) {
                run.get();
            }
        } finally {
            threads.shutdown();
            assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
        spare.close();
        assertThat(allocator.unreleased()).isZero();
    }

    @SuppressWarnings("NullAway") // a Callable of Void returns nothing else
    private Void takeAndGiveBack(byte own) {
        for (int i = 0; i < 10_000; i++) {
            ByteBuf buffer = spare.take(SIZE);
            buffer.writeByte(own);
            Thread.onSpinWait();
            assertThat(buffer.getByte(0)).isEqualTo(own);
            spare.giveBack(buffer);
        }
        return null;
    }
}

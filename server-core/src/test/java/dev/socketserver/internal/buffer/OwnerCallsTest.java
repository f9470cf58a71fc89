package dev.socketserver.internal.buffer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.socketserver.buffer.LengthPrefix;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What an input and an output ask of their connection, which limits by it who may use them, and how long a message
 * takes: before each use, and before each wait whether it is inside a message.
 */
@Timeout(60)
@SuppressWarnings("try") // closed early on purpose
class OwnerCallsTest {
    private static final String[] PARTS = {"ab", "c\n", "def"};

    private final RecordingOwner owner = new RecordingOwner();
    private final RecordingSink sink = new RecordingSink();

    private interface Action {
        void on(ChannelInput in) throws IOException;
    }

    private ChannelInput input(String... parts) {
        return new ChannelInput(
                owner.recording(ScriptedSource.of(parts)), SpareBuffers.none(ByteBufAllocator.DEFAULT), 16, owner);
    }

    private ChannelOutput output() {
        return new ChannelOutput(sink, SpareBuffers.none(ByteBufAllocator.DEFAULT), 16, owner);
    }

    private static Arguments action(String name, Action action, String calls) {
        return Arguments.of(name, action, calls);
    }

    static Stream<Arguments> reads() {
        return Stream.of(
                action("a byte", ChannelInput::read, "read ANYTHING 0, inside NOTHING, fill, receive"),
                action(
                        "an array, as far as there is",
                        in -> assertThat(in.read(new byte[5])).isEqualTo(2),
                        "read ANYTHING 0, inside NOTHING, fill, receive"),
                action("no byte", in -> assertThat(in.read(new byte[0])).isZero(), "read ANYTHING 0"),
                action(
                        "a whole array",
                        in -> in.readFully(new byte[4]),
                        "read BYTES 4, fill, receive, inside MESSAGE, fill, receive, inside NOTHING"),
                action(
                        "a part of what has come",
                        in -> in.readFully(new byte[1]),
                        "read BYTES 1, fill, receive, inside NOTHING"),
                action(
                        "a slice",
                        in -> in.readSlice(4),
                        "read BYTES 4, fill, receive, inside MESSAGE, receive, inside NOTHING"),
                action(
                        "a line",
                        in -> in.readLine(UTF_8, 10),
                        "read LINE 10, fill, receive, fill, inside MESSAGE, receive, inside NOTHING"),
                action(
                        "up to a delimiter",
                        in -> in.readUntil(new byte[] {'\n'}, 10),
                        "read DELIMITED 10, fill, receive, fill, inside MESSAGE, receive, inside NOTHING"),
                action("what has come", ChannelInput::buffer, "read ANYTHING 0, fill, receive"),
                action("nothing", ChannelInput::available, "use"),
                action(
                        "what there is to wait for",
                        in -> assertThat(in.await(3)).isTrue(),
                        "read BYTES 3, fill, receive, inside MESSAGE, receive"),
                action("the next message", ChannelInput::awaitMessage, "read ANYTHING 0, await 0"),
                action(
                        "so many bytes, to pass them on",
                        in -> in.transferTo(OutputStream.nullOutputStream(), 3),
                        "read ANYTHING 0, inside NOTHING, inside LENGTH, fill, receive, read on, "
                                + "inside LENGTH, fill, receive, read on, inside NOTHING"),
                action(
                        "everything, to pass it on",
                        in -> in.transferTo(OutputStream.nullOutputStream()),
                        "read ANYTHING 0, inside NOTHING, fill, receive, read on, fill, receive, read on, "
                                + "fill, receive, read on, fill, receive, inside NOTHING"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("reads")
    void aReadAsksForLeaveAndSaysWhatItWaitsFor(String name, Action read, String calls) throws IOException {
        try (ChannelInput in = input(PARTS)) {
            read.on(in);
            assertThat(owner.calls()).isEqualTo(calls);
        }
        assertThat(owner.calls()).isEqualTo("use");
    }

    @Test
    void aFrameIsAMessageFromItsLengthOn() throws IOException {
        try (ChannelInput in = input("\0", "\2", "a", "b")) {
            in.readFrame(LengthPrefix.bigEndian(2), 10);
            assertThat(owner.calls())
                    .isEqualTo("read FRAME 10, fill, receive, fill, inside MESSAGE, receive, inside MESSAGE, "
                            + "fill, receive, inside MESSAGE, receive, inside NOTHING");
        }
    }

    @Test
    void whatIsUnreadIsAnotherMessageOnceBytesWereConsumed() throws IOException {
        try (ChannelInput in = input("abcd")) {
            in.read();
            owner.calls();
            for (Action look :
                    List.<Action>of(ChannelInput::buffer, waiting -> waiting.await(1), ChannelInput::awaitMessage)) {
                look.on(in);
                assertThat(owner.calls()).contains("inside NOTHING");
                look.on(in);
                assertThat(owner.calls()).doesNotContain("inside");
                in.buffer().skipBytes(1);
            }
        }
    }

    @Test
    void aLimitedStreamIsOneOfKnownLengthUntilItsLastByte() throws IOException {
        try (ChannelInput in = input("ab", "cd")) {
            InputStream limited = in.limit(4);
            assertThat(owner.calls()).isEqualTo("use");
            assertThat(limited.read()).isEqualTo('a');
            assertThat(owner.calls()).isEqualTo("use, read ANYTHING 0, inside LENGTH, fill, receive, use");
            assertThat(limited.available()).isEqualTo(1);
            assertThat(owner.calls()).isEqualTo("use, use");
            assertThat(limited.read(new byte[2])).isEqualTo(1);
            assertThat(owner.calls()).isEqualTo("use, read ANYTHING 0, inside LENGTH, use");
            assertThat(limited.read(new byte[2])).isEqualTo(2);
            assertThat(owner.calls())
                    .isEqualTo("use, read ANYTHING 0, inside LENGTH, fill, receive, use, inside NOTHING");
            limited.close();
            assertThat(owner.calls()).isEqualTo("use");
        }
    }

    @Test
    void theRestOfALimitedStreamIsConsumedAsAMessage() throws IOException {
        try (ChannelInput in = input("ab", "cde")) {
            in.limit(4).close();
            assertThat(owner.calls())
                    .isEqualTo("use, use, read ANYTHING 0, use, inside MESSAGE, fill, receive, use, use, "
                            + "inside MESSAGE, fill, receive, use, use, inside NOTHING");
            assertThat(in.read()).isEqualTo('e');
        }
    }

    @Test
    void aLimitedStreamIsPassedOnAndCounted() throws IOException {
        try (ChannelInput in = input("ab", "cde");
                InputStream limited = in.limit(4)) {
            assertThat(limited.transferTo(OutputStream.nullOutputStream())).isEqualTo(4);
            assertThat(limited.available()).isZero();
        }
    }

    @Test
    void whoHasLookedAtAMessageAndConsumedNothingSaysNotYet() throws IOException {
        try (ChannelInput in = input("abc", "d")) {
            in.buffer(); // before it has awaited anything
            owner.calls();
            in.awaitMessage();
            assertThat(owner.calls()).endsWith("await 0");
            in.awaitMessage(); // not looked at
            assertThat(owner.calls()).endsWith("await 0");
            in.buffer();
            in.awaitMessage();
            assertThat(owner.calls()).endsWith("await 3");
            assertThat(in.available()).isEqualTo(3);
            in.awaitMessage();
            assertThat(owner.calls()).endsWith("await 3");
            assertThat(in.await(3)).isTrue();
            in.awaitMessage(); // it knows no more than that they are there
            assertThat(owner.calls()).endsWith("await 0");
            assertThat(in.await(5)).isFalse();
            in.awaitMessage();
            assertThat(owner.calls()).endsWith("await 4");
            in.buffer().skipBytes(1);
            in.awaitMessage();
            assertThat(owner.calls()).endsWith("await 0");
            in.read();
            in.buffer(); // for what follows the message that it has consumed
            in.awaitMessage();
            assertThat(owner.calls()).endsWith("await 0");
            in.buffer();
            in.handling();
            in.awaitMessage(); // the first in this call
            assertThat(owner.calls()).endsWith("await 0");
        }
    }

    @Test
    void aWriteAsksForLeaveOnceAndSaysThatItCollects() throws IOException {
        try (ChannelOutput out = output()) {
            assertThat(out.hasWritten()).isFalse();
            out.write('a');
            assertThat(owner.calls()).isEqualTo("write, collect");
            assertThat(out.hasWritten()).isTrue();
            out.write(new byte[3]);
            assertThat(owner.calls()).isEqualTo("write, collect");
            out.write(Unpooled.wrappedBuffer(new byte[100]));
            assertThat(owner.calls()).isEqualTo("write, collect");
            out.writeFrame(LengthPrefix.bigEndian(2), Unpooled.wrappedBuffer(new byte[2]));
            assertThat(owner.calls()).isEqualTo("write, collect");
            out.autoFlush(false);
            assertThat(owner.calls()).isEqualTo("use");
            out.flush();
            assertThat(owner.calls()).isEqualTo("use");
            out.close();
            assertThat(owner.calls()).isEqualTo("use");
            assertThat(out.isClosed()).isTrue();
        }
    }

    @Test
    void aFailureOfTheChannelIsThePeersFault() throws IOException {
        sink.fail();
        try (ChannelOutput out = output()) {
            assertThatIOException().isThrownBy(() -> out.write(new byte[100]));
        }
        assertThat(owner.calls()).contains("fault");
        var source = new ScriptedSource().thenFails();
        try (ChannelInput in = new ChannelInput(source, SpareBuffers.none(ByteBufAllocator.DEFAULT), 16, owner)) {
            assertThatIOException().isThrownBy(in::read);
        }
        assertThat(owner.calls()).contains("fault");
    }
}

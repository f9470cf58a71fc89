package dev.socketserver.internal.buffer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code transferTo} and {@code limit}: a part of the stream whose length is known. */
@Timeout(60)
class ChannelInputLimitTest {
    private static final String INPUT = "0123456789abcdef and more";

    private static ChannelInput input(ScriptedSource source) {
        return new ChannelInput(source, SpareBuffers.none(ByteBufAllocator.DEFAULT), 4, new FreeOwner());
    }

    private static ChannelInput split(int offset) {
        return input(ScriptedSource.split(INPUT.getBytes(UTF_8), offset));
    }

    private static String rest(ChannelInput in) throws IOException {
        return new String(in.readAllBytes(), UTF_8);
    }

    @Test
    void exactlySoManyBytesArePassedOnWhereverTheyAreSplit() throws IOException {
        for (int length = 0; length <= INPUT.length(); length++) {
            for (int offset = 0; offset <= INPUT.length(); offset++) {
                var array = new ByteArrayOutputStream();
                try (ChannelInput in = split(offset)) {
                    in.transferTo(array, length);
                    assertThat(array.toString(UTF_8) + "|" + rest(in))
                            .isEqualTo(INPUT.substring(0, length) + "|" + INPUT.substring(length));
                }
                var sink = new RecordingSink();
                try (ChannelInput in = split(offset);
                        var out = new ChannelOutput(
                                sink, SpareBuffers.none(ByteBufAllocator.DEFAULT), 32, new FreeOwner())) {
                    in.transferTo(out, length);
                    out.write("|" + rest(in), UTF_8);
                }
                assertThat(sink.text()).isEqualTo(INPUT.substring(0, length) + "|" + INPUT.substring(length));
            }
        }
    }

    @Test
    void anEndBeforeTheLastOfTheBytesIsTold() throws IOException {
        try (ChannelInput in = split(7)) {
            var target = new ByteArrayOutputStream();
            assertThatThrownBy(() -> in.transferTo(target, 100))
                    .isInstanceOf(EOFException.class)
                    .hasMessage("the peer closed inside a message of 100 bytes");
            assertThat(target.toString(UTF_8)).isEqualTo(INPUT);
        }
    }

    @Test
    void manyBytesArePassedOnInTheMemoryOfTheReadBuffer() throws IOException {
        var source = new ScriptedSource();
        for (int i = 0; i < 100; i++) {
            source.add(new byte[10_000]);
        }
        var allocator = new RecordingAllocator();
        try (ChannelInput in = new ChannelInput(source, SpareBuffers.none(allocator), 1024, new FreeOwner())) {
            in.transferTo(OutputStream.nullOutputStream(), 500_000);
            try (InputStream rest = in.limit(500_000)) {
                assertThat(rest.read()).isZero();
            }
            assertThat(in.read()).isEqualTo(-1);
        }
        assertThat(allocator.largest()).isEqualTo(1024);
        assertThat(allocator.unreleased()).isZero();
    }

    @Test
    void aLimitedStreamEndsBehindItsBytesWhateverIsReadOfIt() throws IOException {
        for (int seed = 0; seed < 2_000; seed++) {
            var random = new Random(seed);
            int length = random.nextInt(INPUT.length() + 1);
            try (ChannelInput in = split(random.nextInt(INPUT.length() + 1))) {
                var got = new ByteArrayOutputStream();
                InputStream limited = in.limit(length);
                for (int count = random.nextInt(6); count > 0; count--) {
                    readSomehow(limited, got, random);
                }
                assertThat(got.toString(UTF_8)).as("seed %d", seed).isEqualTo(INPUT.substring(0, got.size()));
                assertThat(got.size()).isLessThanOrEqualTo(length);
                limited.close();
                limited.close();
                assertThat(limited.read()).isEqualTo(-1);
                assertThat(limited.read(new byte[3])).isEqualTo(-1);
                assertThat(limited.available()).isZero();
                assertThat(rest(in)).as("seed %d", seed).isEqualTo(INPUT.substring(length));
            }
        }
    }

    private static void readSomehow(InputStream limited, ByteArrayOutputStream got, Random random) throws IOException {
        switch (random.nextInt(5)) {
            case 0 -> {
                int value = limited.read();
                if (value >= 0) {
                    got.write(value);
                }
            }
            case 1 -> got.writeBytes(limited.readNBytes(random.nextInt(10)));
            case 2 -> {
                int available = limited.available();
                assertThat(limited.readNBytes(available)).hasSize(available).satisfies(got::writeBytes);
            }
            case 3 -> {
                byte[] target = new byte[10];
                int count = limited.read(target, 2, random.nextInt(8));
                got.write(target, 2, Math.max(0, count));
            }
            default -> {
                if (random.nextInt(4) == 0) {
                    limited.transferTo(got);
                    assertThat(limited.read()).isEqualTo(-1);
                }
            }
        }
    }

    @Test
    void whatIsReadOfTheInputItselfIsReadOfTheLimitedStream() throws IOException {
        try (ChannelInput in = split(3);
                InputStream limited = in.limit(10)) {
            assertThat(in.readSlice(4).toString(UTF_8)).isEqualTo("0123");
            assertThat(new String(limited.readNBytes(2), UTF_8)).isEqualTo("45");
            assertThat(in.readSlice(10).toString(UTF_8)).isEqualTo("6789abcdef");
            assertThat(limited.read()).isEqualTo(-1);
        }
    }

    @Test
    void anEndInsideALimitedStreamIsTold() throws IOException {
        try (ChannelInput in = split(3)) {
            InputStream limited = in.limit(100);
            assertThat(limited.readNBytes(INPUT.length())).hasSize(INPUT.length());
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(limited::read)
                        .isInstanceOf(EOFException.class)
                        .hasMessage("the peer closed inside a message of 100 bytes");
                assertThatThrownBy(() -> limited.read(new byte[1])).isInstanceOf(EOFException.class);
                assertThatThrownBy(() -> limited.transferTo(OutputStream.nullOutputStream()))
                        .isInstanceOf(EOFException.class);
                assertThatThrownBy(limited::close).isInstanceOf(EOFException.class);
            }
        }
    }

    @Test
    void aTargetThatFailsLosesNoCount() throws IOException {
        OutputStream failing = new OutputStream() {
            private int written;

            @Override
            public void write(int value) throws IOException {
                if (++written > 5) {
                    throw new IOException("full");
                }
            }
        };
        try (ChannelInput in = split(3)) {
            InputStream limited = in.limit(10);
            assertThatIOException()
                    .isThrownBy(() -> limited.transferTo(failing))
                    .withMessage("full");
            limited.close();
            assertThat(rest(in)).isEqualTo(INPUT.substring(10));
        }
    }

    @Test
    void aLengthIsNotNegative() throws IOException {
        try (ChannelInput in = split(0)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> in.limit(-1))
                    .withMessage("length must be at least 0: -1");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> in.transferTo(OutputStream.nullOutputStream(), -1))
                    .withMessage("length must be at least 0: -1");
        }
    }
}

package dev.socketserver.internal.buffer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.socketserver.Framing;
import dev.socketserver.ServerConfig;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import dev.socketserver.buffer.ByteInput;
import dev.socketserver.buffer.LengthPrefix;
import dev.socketserver.buffer.MessageTooLongException;
import dev.socketserver.peer.Pieces;
import dev.socketserver.peer.Prefix;
import dev.socketserver.testing.InMemoryConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;

/** A framing says that a message is there exactly if a read of one would not wait. */
@Timeout(60)
class FramingFuzzTest {
    private static final int MOST_BYTES = 80; // of a message
    private static final int SKIPPED = 3; // bytes before those that were received

    /** A read of a message; returns it as text, or null at the end. */
    @FunctionalInterface
    private interface Read {
        @Nullable
        String from(ByteInput in) throws IOException;
    }

    /** A framing and the read that goes with it. */
    private record Protocol(Framing framing, Read read) {
        static Protocol of(FuzzedDataProvider data) {
            int kind = data.consumeInt(0, 2);
            int most = data.consumeInt(0, MOST_BYTES);
            if (kind == 0) {
                return new Protocol(Framing.lines(most), in -> in.readLine(ISO_8859_1, most));
            } else if (kind == 1) {
                var delimiter = new byte[data.consumeInt(1, 3)];
                for (int i = 0; i < delimiter.length; i++) {
                    delimiter[i] = data.consumeByte((byte) 0, (byte) 2);
                }
                return new Protocol(Framing.until(delimiter, most), in -> hex(in.readUntil(delimiter, most)));
            }
            LengthPrefix prefix = Prefix.of(data).made();
            return new Protocol(Framing.frames(prefix, most), in -> hex(in.readFrame(prefix, most)));
        }

        private static @Nullable String hex(@Nullable ByteBuf message) {
            return message == null ? null : ByteBufUtil.hexDump(message);
        }
    }

    @FuzzTest
    void aMessageIsThereExactlyIfAReadWouldNotWait(FuzzedDataProvider data) {
        Protocol protocol = Protocol.of(data);
        Pieces pieces = Pieces.of(data);
        checkVerdicts(protocol, pieces);
        if (pieces.bytes().length > 0) {
            assertThat(conversation(protocol, pieces.bytes(), pieces.cuts()))
                    .isEqualTo(conversation(protocol, pieces.bytes()));
        }
    }

    private static void checkVerdicts(Protocol protocol, Pieces pieces) {
        byte[] padded = new byte[SKIPPED + pieces.bytes().length];
        System.arraycopy(pieces.bytes(), 0, padded, SKIPPED, pieces.bytes().length);
        int known = 0;
        boolean whole = false;
        for (byte[] piece : pieces.all()) {
            int length = known + piece.length;
            ByteBuf received =
                    Unpooled.wrappedBuffer(padded, 0, SKIPPED + length).skipBytes(SKIPPED);
            whole = protocol.framing.hasMessage(received, known);
            assertThat(whole).isEqualTo(isReadWithoutWait(protocol.read, Arrays.copyOf(pieces.bytes(), length)));
            known = length;
            if (whole) {
                break;
            }
        }
        assertThat(Arrays.copyOfRange(padded, SKIPPED, padded.length)).isEqualTo(pieces.bytes());
    }

    private static boolean isReadWithoutWait(Read read, byte[] received) {
        var wait = new IOException("this would wait");
        var in = new ChannelInput(
                new ScriptedSource().add(received).thenFails(wait),
                SpareBuffers.none(new RecordingAllocator()),
                1 + received.length,
                new FreeOwner());
        try {
            read.from(in);
            return true;
        } catch (MessageTooLongException | ProtocolException e) {
            return true;
        } catch (IOException e) {
            assertThat(e).isSameAs(wait);
            return false;
        } finally {
            in.close();
        }
    }

    /** Returns what a handler has read, and why it has ended, if that was not the end of its input. */
    private static String conversation(Protocol protocol, byte[] bytes, int... cuts) {
        ServerConfig config = ServerConfig.builder().framing(protocol.framing).build();
        var server = new TcpServer(config, () -> new StreamRequestHandler() {
            @Override
            protected void handle() throws IOException {
                String message = protocol.read.from(in());
                if (message != null) {
                    out().write(message + "\n", UTF_8);
                    keepOpen();
                }
            }

            @Override
            protected void finish() throws IOException {
                out().write("finished", UTF_8);
            }
        });
        try (server;
                var connection = InMemoryConnection.to(server)) {
            String end = "";
            try {
                connection.send(bytes, cuts).shutdownOutput().serve();
            } catch (AssertionError e) {
                assertThat(e.getCause())
                        .isInstanceOfAny(MessageTooLongException.class, ProtocolException.class, EOFException.class);
                end = String.valueOf(e.getCause());
            }
            return connection.received() + end;
        }
    }
}

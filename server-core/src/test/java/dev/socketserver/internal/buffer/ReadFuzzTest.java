package dev.socketserver.internal.buffer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.socketserver.buffer.MessageTooLongException;
import dev.socketserver.peer.Pieces;
import dev.socketserver.peer.Prefix;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;

/** Any bytes, in any pieces, read by any calls, are what an array of them has, and no buffer is left. */
@Timeout(60)
class ReadFuzzTest {
    private static final int MOST_READS = 16;
    private static final int MOST_BYTES = 80; // of a message
    private static final int LARGEST_BUFFER = 512;
    private static final String END = "end";

    /** A read of one kind, from an input or from an array. */
    private record Read(Kind kind, int count, int most, String delimiter, Prefix prefix, boolean keeps) {
        enum Kind {
            BYTE,
            ARRAY,
            FULLY,
            SLICE,
            LINE,
            UNTIL,
            FRAME,
            TRANSFER,
            LIMIT,
            AWAIT,
            BUFFER
        }

        static Read of(FuzzedDataProvider data) {
            Kind kind = data.pickValue(Kind.values());
            int count = data.consumeInt(0, MOST_BYTES);
            int most = data.consumeInt(0, MOST_BYTES);
            var delimiter = new StringBuilder();
            for (int left = data.consumeInt(1, 3); left > 0; left--) {
                delimiter.append(data.consumeChar('\0', '\2'));
            }
            return new Read(kind, count, most, delimiter.toString(), Prefix.of(data), data.consumeBoolean());
        }

        /** Returns what was read; {@link #END} if there is nothing. */
        String from(ChannelInput in, List<Kept> kept) throws IOException {
            return switch (kind) {
                case BYTE -> {
                    int value = in.read();
                    yield value < 0 ? END : HexFormat.of().toHexDigits((byte) value);
                }
                case ARRAY -> { // which may come in parts
                    var target = new byte[count];
                    int done = in.readNBytes(target, 0, count);
                    yield HexFormat.of().formatHex(target, 0, done);
                }
                case FULLY -> {
                    var target = new byte[count];
                    in.readFully(target);
                    yield HexFormat.of().formatHex(target);
                }
                case SLICE -> view(in.readSlice(count), kept);
                case LINE -> {
                    String line = in.readLine(ISO_8859_1, most);
                    yield line == null ? END : HexFormat.of().formatHex(line.getBytes(ISO_8859_1));
                }
                case UNTIL -> view(in.readUntil(end(), most), kept);
                case FRAME -> view(in.readFrame(prefix.made(), most), kept);
                case TRANSFER -> {
                    var target = new ByteArrayOutputStream();
                    in.transferTo(target, count);
                    yield HexFormat.of().formatHex(target.toByteArray());
                }
                case LIMIT -> {
                    byte[] part;
                    try (InputStream limited = in.limit(count)) {
                        part = limited.readNBytes(most);
                    }
                    yield HexFormat.of().formatHex(part);
                }
                case AWAIT -> String.valueOf(in.await(count));
                case BUFFER -> {
                    ByteBuf buffer = in.buffer();
                    yield buffer.isReadable() ? HexFormat.of().toHexDigits(buffer.readByte()) : END;
                }
            };
        }

        private byte[] end() {
            return delimiter.getBytes(ISO_8859_1);
        }

        private String view(@Nullable ByteBuf view, List<Kept> kept) {
            if (view == null) {
                return END;
            }
            String bytes = ByteBufUtil.hexDump(view);
            if (keeps) {
                kept.add(new Kept(view.retain(), bytes));
            }
            return bytes;
        }

        String from(ReferenceInput in) throws IOException {
            return switch (kind) {
                case BYTE, BUFFER -> in.left() == 0 ? END : hex(in.take(1));
                case ARRAY -> hex(in.take(Math.min(count, in.left())));
                case FULLY, SLICE, TRANSFER -> hex(in.take(count));
                case LINE -> hex(in.line(most));
                case UNTIL -> hex(in.until(end(), most));
                case FRAME -> hex(in.frame(prefix, most));
                case LIMIT -> {
                    byte[] all = in.take(count);
                    yield HexFormat.of().formatHex(all, 0, Math.min(count, most));
                }
                case AWAIT -> String.valueOf(in.left() >= count);
            };
        }

        private static String hex(byte @Nullable [] bytes) {
            return bytes == null ? END : HexFormat.of().formatHex(bytes);
        }
    }

    /** A view that the reader retains, and the bytes that it has to have until it is released. */
    private record Kept(ByteBuf view, String bytes) {}

    @FuzzTest
    void whateverComesIsReadOnceAndInItsOrder(FuzzedDataProvider data) {
        List<Read> reads = new ArrayList<>();
        int count = data.consumeInt(1, MOST_READS);
        for (int i = 0; i < count; i++) {
            reads.add(Read.of(data));
        }
        boolean checksViews = data.consumeBoolean();
        int bufferSize = data.consumeInt(1, 32);
        Pieces pieces = Pieces.of(data);
        List<String> expected = expected(reads, pieces.bytes());
        List<byte[]> single = new ArrayList<>();
        for (byte next : pieces.bytes()) {
            single.add(new byte[] {next});
        }
        for (List<byte[]> split : List.of(pieces.all(), List.of(pieces.bytes()), single)) {
            assertThat(actual(reads, split, checksViews, bufferSize)).isEqualTo(expected);
        }
    }

    private static List<String> expected(List<Read> reads, byte[] bytes) {
        var in = new ReferenceInput(bytes);
        List<String> results = new ArrayList<>();
        for (Read read : reads) {
            try {
                results.add(read.from(in));
            } catch (IOException e) {
                results.add(e.getClass().getName());
                return results;
            }
        }
        return results;
    }

    private static List<String> actual(List<Read> reads, List<byte[]> pieces, boolean checksViews, int bufferSize) {
        var allocator = new RecordingAllocator();
        var source = new ScriptedSource();
        pieces.forEach(source::add);
        SpareBuffers spare = checksViews ? SpareBuffers.checkingViews(allocator) : SpareBuffers.none(allocator);
        var in = new ChannelInput(source, spare, bufferSize, new FreeOwner());
        List<String> results = new ArrayList<>();
        List<Kept> kept = new ArrayList<>();
        try {
            for (Read read : reads) {
                results.add(read.from(in, kept));
            }
        } catch (EOFException | MessageTooLongException | ProtocolException e) {
            results.add(e.getClass().getName());
        } catch (IOException e) {
            throw new AssertionError("of no documented kind", e);
        }
        in.close();
        for (Kept each : kept) {
            assertThat(ByteBufUtil.hexDump(each.view)).isEqualTo(each.bytes);
            each.view.release();
        }
        assertThat(allocator.unreleased()).isZero();
        assertThat(allocator.largest()).isLessThan(LARGEST_BUFFER);
        return results;
    }
}

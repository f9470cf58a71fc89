package dev.socketserver.examples.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.socketserver.Framing;
import dev.socketserver.buffer.ByteInput;
import dev.socketserver.buffer.MessageTooLongException;
import io.netty.buffer.ByteBuf;
import java.io.EOFException;
import java.io.IOException;

/**
 * The lines of a head, or of what is between the parts of a chunked body; so many bytes in all. Each ends with CR LF,
 * and has no CR elsewhere: of a line that ends otherwise, some say that it ends, and some that it goes on, and between
 * two such servers a request can be smuggled.
 */
final class HeadLines {
    static final int LONGEST = 1 << 14;
    private static final byte[] LINE_FEED = {'\n'};

    /** A head is there when an empty line is, however its lines end, or when it is too long. */
    static final Framing FRAMING = (received, known) -> {
        int end = received.writerIndex();
        int at = received.readerIndex() + Math.max(0, known - 2);
        for (at = received.indexOf(at, end, (byte) '\n'); at >= 0; at = received.indexOf(at + 1, end, (byte) '\n')) {
            if (isEmpty(received, at + 1, end) || at == received.readerIndex()) {
                return true;
            }
        }
        return received.readableBytes() > LONGEST;
    };

    private final ByteInput in;
    private int left = LONGEST;

    HeadLines(ByteInput in) {
        this.in = in;
    }

    private static boolean isEmpty(ByteBuf received, int begin, int end) {
        int at = begin < end && received.getByte(begin) == '\r' ? begin + 1 : begin;
        return at < end && received.getByte(at) == '\n';
    }

    /** Returns the next line, without its end. */
    String next() throws IOException {
        ByteBuf bytes;
        try {
            bytes = in.readUntil(LINE_FEED, left);
        } catch (MessageTooLongException e) {
            throw new HttpException(431, "the head is too long");
        }
        if (bytes == null) {
            throw new EOFException("the peer has closed inside a request");
        }
        left = Math.max(0, left - bytes.readableBytes() - 1);
        String line = bytes.toString(ISO_8859_1);
        if (line.isEmpty() || line.indexOf('\r') != line.length() - 1) {
            throw new HttpException(400, "a line does not end with CR LF");
        }
        return line.substring(0, line.length() - 1);
    }
}

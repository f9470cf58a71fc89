package dev.socketserver.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.socketserver.Framing;
import dev.socketserver.ProtocolViolationException;
import dev.socketserver.StreamRequestHandler;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;

/**
 * Receives messages of HL7 version 2 over MLLP, and acknowledges each one when it has been taken. Confined to its
 * connection's turn.
 */
final class MllpHandler extends StreamRequestHandler {
    private static final int START = 0x0B;
    private static final byte[] END = {0x1C, '\r'};
    private static final int MAX_BYTES = 1 << 20;

    /**
     * Where a message ends. White space between two is there as soon as it comes, so that nobody waits for the rest.
     */
    static final Framing FRAMING = new Framing() {
        private final Framing blocks = Framing.until(END, MAX_BYTES);

        @Override
        public boolean hasMessage(ByteBuf received, int known) {
            return isSpace(received.getByte(received.readerIndex())) || blocks.hasMessage(received, known);
        }
    };

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuuMMddHHmmssxx");

    /**
     * The fields of a header, as they are split. The first is the name of the segment, which includes the separator.
     */
    private static final int APPLICATION = 2;

    private static final int FACILITY = 3;
    private static final int TO_APPLICATION = 4;
    private static final int TO_FACILITY = 5;
    private static final int CONTROL_ID = 9;
    private static final int PROCESSING_ID = 10;
    private static final int VERSION = 11;

    /** Takes messages, from any thread. */
    interface Taker {
        /** Takes a message; it is not acknowledged if this throws, so that its sender tries again. */
        void take(String message) throws IOException;
    }

    private final Taker taker;
    private final Clock clock;

    /**
     * Creates a handler.
     *
     * @param taker is given each message, in ISO 8859-1, so that no byte is lost whatever its character set;
     *     thread-safe
     * @param clock says when a message was acknowledged
     */
    MllpHandler(Taker taker, Clock clock) {
        this.taker = taker;
        this.clock = clock;
    }

    @Override
    protected void handle() throws IOException {
        if (hasSkippedSpace(in().buffer())) {
            keepOpen();
            return;
        }
        ByteBuf block = in().readUntil(END, MAX_BYTES);
        if (block == null) {
            return; // the peer has gone
        }
        if (!block.isReadable() || block.readByte() != START) {
            throw new ProtocolViolationException("not a block of MLLP");
        }
        String message = block.toString(ISO_8859_1);
        String answer = acknowledgement(message);
        taker.take(message);
        out().write(START);
        out().write(answer, ISO_8859_1);
        out().write(END);
        keepOpen();
    }

    /** Skips what some senders put between two blocks, such as a line feed behind the last CR. */
    private static boolean hasSkippedSpace(ByteBuf received) {
        int length = received.readableBytes();
        int next = received.forEachByte(MllpHandler::isSpace);
        received.readerIndex(next < 0 ? received.writerIndex() : next);
        return received.readableBytes() < length;
    }

    private static boolean isSpace(byte value) {
        return value == ' ' || value == '\t' || value == '\r' || value == '\n';
    }

    private String acknowledgement(String message) throws ProtocolViolationException {
        int end = message.indexOf('\r');
        if (!message.startsWith("MSH") || end < "MSH|^~\\&".length()) {
            throw new ProtocolViolationException("not a message of HL7 version 2");
        }
        String separator = message.substring(3, 4);
        String[] header = message.substring(0, end).split(Pattern.quote(separator), -1);
        if (header.length <= VERSION) {
            throw new ProtocolViolationException("a header of " + header.length + " fields");
        }
        String[] answer = {
            "MSH",
            header[1],
            header[TO_APPLICATION],
            header[TO_FACILITY],
            header[APPLICATION],
            header[FACILITY],
            TIME.format(OffsetDateTime.now(clock)),
            "",
            "ACK",
            header[CONTROL_ID],
            header[PROCESSING_ID],
            header[VERSION],
        };
        return String.join(separator, answer) + '\r' + String.join(separator, "MSA", "AA", header[CONTROL_ID]) + '\r';
    }
}

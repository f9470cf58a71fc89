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
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Receives messages of HL7 version 2 over MLLP, and acknowledges each one when it has been taken. Confined to its
 * connection's turn.
 */
final class MllpHandler extends StreamRequestHandler {
    private static final int START = 0x0B;
    private static final byte[] END = {0x1C, '\r'};
    private static final int MAX_BYTES = 1 << 20;

    /** Where a message ends. */
    static final Framing FRAMING = Framing.until(END, MAX_BYTES);

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

    private final Consumer<String> taker;
    private final Clock clock;

    /**
     * Creates a handler.
     *
     * @param taker is given each message, in ISO 8859-1, so that no byte is lost whatever its character set;
     *     thread-safe
     * @param clock says when a message was acknowledged
     */
    MllpHandler(Consumer<String> taker, Clock clock) {
        this.taker = taker;
        this.clock = clock;
    }

    @Override
    protected void handle() throws IOException {
        ByteBuf block = in().readUntil(END, MAX_BYTES);
        if (block == null) {
            return; // the peer has gone
        }
        if (!block.isReadable() || block.readByte() != START) {
            throw new ProtocolViolationException("not a block of MLLP");
        }
        String message = block.toString(ISO_8859_1);
        String answer = acknowledgement(message);
        taker.accept(message);
        out().write(START);
        out().write(answer, ISO_8859_1);
        out().write(END);
        keepOpen();
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

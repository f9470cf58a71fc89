package dev.socketserver.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.socketserver.DatagramRequestHandler;
import dev.socketserver.Framing;
import dev.socketserver.StreamRequestHandler;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The connection of one who sends messages of syslog, either a line each or with the length in front, as RFC 6587 says:
 * {@code 12 <13>greeting}. Confined to its connection's turn.
 */
final class SyslogHandler extends StreamRequestHandler {
    static final int LONGEST = 8192; // RFC 5424 wants 2048 at least
    private static final int MOST_DIGITS = 4; // of LONGEST
    private static final int BAD = -1;

    /** A message is a line, or as long as it says. What is neither is left to the handler. */
    static final Framing FRAMING = new Framing() {
        private final Framing lines = Framing.lines(LONGEST);

        @Override
        public boolean hasMessage(ByteBuf received, int known) {
            if (!isCounted(received)) {
                return lines.hasMessage(received, known);
            }
            int digits = received.bytesBefore((byte) ' ');
            if (digits < 0) {
                return received.readableBytes() > MOST_DIGITS;
            }
            return received.readableBytes() - digits - 1 >= length(received, digits); // which may be BAD
        }
    };

    private final Consumer<SyslogMessage> log;

    /** Creates a handler that gives messages to a thread-safe log. */
    SyslogHandler(Consumer<SyslogMessage> log) {
        this.log = log;
    }

    /** Returns handlers for messages that come in a datagram each. */
    static Supplier<DatagramRequestHandler> forDatagrams(Consumer<SyslogMessage> log) {
        return DatagramRequestHandler.of(
                (in, out) -> log.accept(SyslogMessage.parse(new String(in.readAllBytes(), UTF_8))));
    }

    @Override
    protected void handle() throws IOException {
        ByteBuf received = in().buffer();
        if (!received.isReadable()) {
            return; // the peer has gone
        }
        String message;
        if (isCounted(received)) {
            int digits = received.bytesBefore((byte) ' ');
            int length = length(received, digits);
            if (length == BAD) {
                return; // this is no syslog
            }
            in().skipNBytes(digits + 1);
            message = in().readSlice(length).toString(UTF_8);
        } else {
            message = in().readLine(UTF_8, LONGEST);
        }
        if (message != null && !message.isBlank()) {
            log.accept(SyslogMessage.parse(message));
        }
        keepOpen();
    }

    private static boolean isCounted(ByteBuf received) {
        return isDigit(received.getByte(received.readerIndex()));
    }

    private static boolean isDigit(int character) {
        return character >= '0' && character <= '9';
    }

    /** Returns the number that so many digits in front of a message make. */
    private static int length(ByteBuf received, int digits) {
        int length = 0;
        for (int i = 0; i < digits && length <= LONGEST; i++) {
            byte next = received.getByte(received.readerIndex() + i);
            if (!isDigit(next)) {
                return BAD;
            }
            length = 10 * length + next - '0';
        }
        return digits > 0 && length <= LONGEST ? length : BAD;
    }
}

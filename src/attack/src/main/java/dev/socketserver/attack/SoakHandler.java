package dev.socketserver.attack;

import dev.socketserver.ConnectionGroup;
import dev.socketserver.ProtocolViolationException;
import dev.socketserver.StreamConnection;
import dev.socketserver.StreamRequestHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** What the servers of a soak speak: each line is answered by itself, but for the words below. */
final class SoakHandler extends StreamRequestHandler {
    /** Joins the group that is sent to; answered by itself. */
    static final String JOIN = "join";

    /** Leaves the group; answered by itself. */
    static final String LEAVE = "leave";

    /** Announces silence; answered by itself, and by the end of the connection soon after. */
    static final String SILENT = "silent";

    /** How a line begins that is answered later, by a message. */
    static final String LATER = "later ";

    /** How a message to the group begins; its number follows. */
    static final String PUSH = "push ";

    /** A line that breaks the protocol. */
    static final String WRONG = "wrong";

    private static final Duration MEMBERSHIP = Duration.ofMinutes(1); // members only listen
    private static final Duration SILENCE = Duration.ofSeconds(2);
    private static final Duration DELAY = Duration.ofMillis(5);

    private final ConnectionGroup group;
    private final boolean stays;

    /**
     * Creates a handler.
     *
     * @param stays whether it stays for the whole conversation, or is called for each line
     */
    SoakHandler(ConnectionGroup group, boolean stays) {
        this.group = group;
        this.stays = stays;
    }

    @Override
    protected void handle() throws IOException {
        if (!stays) {
            if (answerLine()) {
                keepOpen();
            }
            return;
        }
        boolean more = true;
        while (more && in().awaitMessage()) {
            more = answerLine();
        }
    }

    /** Returns false at the end of the stream. */
    private boolean answerLine() throws IOException {
        String line = in().readLine(StandardCharsets.UTF_8, LineProtocol.LONGEST_LINE);
        if (line == null) {
            return false;
        }
        switch (line) {
            case JOIN -> {
                connection().idleTimeout(MEMBERSHIP);
                group.join(connection());
            }
            case SILENT -> connection().idleTimeout(SILENCE);
            case LEAVE -> group.leave(connection());
            case WRONG -> throw new ProtocolViolationException(WRONG);
            default -> {}
        }
        if (line.startsWith(LATER)) {
            StreamConnection connection = connection();
            connection.schedule(DELAY, () -> connection.send(line + "\n", StandardCharsets.UTF_8));
        } else {
            out().write(line + "\n", StandardCharsets.UTF_8);
        }
        return true;
    }
}

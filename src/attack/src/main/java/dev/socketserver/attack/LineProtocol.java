package dev.socketserver.attack;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What all servers speak: each line is answered by itself, and {@link #BIG} by 8 MiB. */
final class LineProtocol {
    /** A line that is answered by 8 MiB. */
    static final String BIG = "big";

    /** How long a line may be. */
    static final int LONGEST_LINE = 1024;

    private static final byte[] ANSWER = new byte[8 << 20];

    static {
        Arrays.fill(ANSWER, (byte) 'x');
        ANSWER[ANSWER.length - 1] = '\n';
    }

    private LineProtocol() {}

    /** Returns the answer to a line, which is shared and must not be changed. */
    static byte[] answer(String line) {
        return BIG.equals(line) ? ANSWER : (line + "\n").getBytes(StandardCharsets.UTF_8);
    }
}

package dev.socketserver.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;

/** A peer of a server, which speaks its transport. Blocking; a test's time limit ends what hangs. */
public interface Peer extends Closeable {
    /** Sends all the bytes. */
    Peer send(byte[] bytes) throws IOException;

    /** Reads exactly that many bytes. */
    byte[] read(int count) throws IOException;

    /** Reads up to the end of the stream, which has to be an orderly one. */
    String readAll() throws IOException;

    /** Sends the end of the stream; reading goes on. */
    Peer end() throws IOException;

    /** Sends text. */
    default Peer send(String text) throws IOException {
        return send(text.getBytes(UTF_8));
    }

    /** Reads one line, without its LF. */
    default String readLine() throws IOException {
        var line = new ByteArrayOutputStream();
        for (byte next = read(1)[0]; next != '\n'; next = read(1)[0]) {
            line.write(next);
        }
        return line.toString(UTF_8);
    }
}

package dev.socketserver.examples.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A response, which is sent while it is written. Confined to its connection's turn. */
public final class HttpResponse {
    static final long CHUNKED = -1;

    /** Unlike {@link DateTimeFormatter#RFC_1123_DATE_TIME}, RFC 9110 has two digits for each day. */
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    private static final Map<Integer, String> REASONS = Map.ofEntries(
            Map.entry(200, "OK"),
            Map.entry(301, "Moved Permanently"),
            Map.entry(400, "Bad Request"),
            Map.entry(404, "Not Found"),
            Map.entry(405, "Method Not Allowed"),
            Map.entry(417, "Expectation Failed"),
            Map.entry(431, "Request Header Fields Too Large"),
            Map.entry(500, "Internal Server Error"),
            Map.entry(501, "Not Implemented"),
            Map.entry(505, "HTTP Version Not Supported"));

    private final OutputStream out;
    private final Clock clock;
    private final @Nullable HttpRequest request; // null if it could not be understood
    private final boolean bodiless;
    private final boolean old;
    private boolean keepsOpen;
    private boolean begun;
    private String location = ""; // where to look instead; empty for none

    /** Creates the response to a request that could not be understood. */
    HttpResponse(OutputStream out, Clock clock) {
        this.out = out;
        this.clock = clock;
        request = null;
        bodiless = false;
        old = false;
    }

    HttpResponse(HttpRequest request, boolean keepsOpen, OutputStream out, Clock clock) {
        this.out = out;
        this.clock = clock;
        this.request = request;
        bodiless = request.isHead();
        old = request.isOld();
        this.keepsOpen = keepsOpen && request.keepsOpen();
    }

    boolean hasBegun() {
        return begun;
    }

    /** Returns whether the peer was told that it may send another request. */
    boolean keepsOpen() {
        return keepsOpen;
    }

    /** This is the last response. */
    void isLast() {
        keepsOpen = false;
    }

    /** Tells the peer to send the body of its request. */
    void goOn() throws IOException {
        out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1)); // sent before a read waits
    }

    /** Sends a text. */
    void send(int status, String text) throws IOException {
        byte[] bytes = (text + "\n").getBytes(UTF_8);
        try (OutputStream body = begin(status, "text/plain; charset=utf-8", bytes.length)) {
            body.write(bytes);
        }
    }

    /** Tells the peer to ask for that instead. */
    void redirect(String target) throws IOException {
        location = target;
        send(301, "see " + target);
    }

    /** Sends the head; returns where to write the body, of a length or {@link #CHUNKED}, which is to be closed. */
    OutputStream begin(int status, String type, long length) throws IOException {
        begun = true;
        keepsOpen &= request == null || !request.isBodyAwaited(); // which may come or not
        boolean chunked = length == CHUNKED && !old;
        keepsOpen &= length != CHUNKED || chunked; // or the end is the connection's
        String head = "HTTP/1.1 " + status + " " + REASONS.get(status) + "\r\nDate: "
                + DATE.format(clock.instant()) + "\r\nContent-Type: " + type
                + (length == CHUNKED ? "" : "\r\nContent-Length: " + length)
                + (chunked ? "\r\nTransfer-Encoding: chunked" : "")
                + (location.isEmpty() ? "" : "\r\nLocation: " + location)
                + (status == 405 ? "\r\nAllow: GET, HEAD" : "")
                + (keepsOpen ? old ? "\r\nConnection: keep-alive" : "" : "\r\nConnection: close") + "\r\n\r\n";
        out.write(head.getBytes(ISO_8859_1));
        return bodiless ? OutputStream.nullOutputStream() : new Body(chunked);
    }

    /** The body, which is flushed when the connection is. */
    private final class Body extends OutputStream {
        private final boolean chunked;

        Body(boolean chunked) {
            this.chunked = chunked;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            if (!chunked) {
                out.write(source, offset, length);
            } else if (length > 0) {
                out.write((Integer.toHexString(length) + "\r\n").getBytes(ISO_8859_1));
                out.write(source, offset, length);
                out.write('\r');
                out.write('\n');
            }
        }

        @Override
        public void close() throws IOException {
            if (chunked) {
                out.write("0\r\n\r\n".getBytes(ISO_8859_1));
            }
        }
    }
}

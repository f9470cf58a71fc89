package dev.socketserver.health;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.socketserver.StreamRequestHandler;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Answers one HTTP/1.1 request for a page, {@code GET} or {@code HEAD}, and closes the connection. Confined to its
 * connection.
 *
 * <p>An incomplete request is stored in the handler while the connection is idle, so it holds no worker. An answer that
 * fits into the socket's buffers, as those about health do, lets a peer that does not read it hold no worker either.
 */
final class HttpGetHandler extends StreamRequestHandler {
    /** The time within which a peer must send its request. */
    static final Duration TIME_LIMIT = Duration.ofSeconds(5);
    /** The maximum length of request line and header fields, in bytes. */
    static final int MAX_HEAD_BYTES = 8192;

    private static final String TEXT = "text/plain; charset=utf-8";

    /** Empty lines before a request are ignored, as RFC 9112 recommends. */
    private static final Pattern HEAD = Pattern.compile("(?s)[\r\n]*+(.+?)\r?\n\r?\n.*");

    /** The form of RFC 9110: unlike {@link DateTimeFormatter#RFC_1123_DATE_TIME}, it has two digits for each day. */
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    private static final Pattern REQUEST_LINE = Pattern.compile("([!-~]+) (?:https?://[^/? ]*)?([!-~]+) HTTP/1\\.\\d");
    private static final Pattern HEADER_FIELD = Pattern.compile("[!-~&&[^:]]+:[^\\r\\n]*");

    /**
     * A response.
     *
     * @param status the status code and its reason, such as {@code 200 OK}
     * @param type the content type
     * @param body the content
     */
    record Response(String status, String type, String body) {
        /** Returns a plain-text response, which ends with a line feed. */
        static Response text(String status, String text) {
            return new Response(status, TEXT, text + "\n");
        }
    }

    private final Map<String, Supplier<Response>> pages;
    private final StringBuilder head = new StringBuilder();
    private final LongSupplier nanoTime;
    private final long deadline;

    /**
     * Creates a handler for one connection.
     *
     * @param pages the responses by path
     * @param nanoTime the clock
     */
    HttpGetHandler(Map<String, Supplier<Response>> pages, LongSupplier nanoTime) {
        this.pages = pages;
        this.nanoTime = nanoTime;
        this.deadline = nanoTime.getAsLong() + TIME_LIMIT.toNanos();
    }

    @Override
    protected void handle() throws IOException {
        ByteBuf received = in().buffer();
        if (!received.isReadable()) {
            return; // the peer has closed
        }
        int room = MAX_HEAD_BYTES + 1 - head.length();
        head.append(received.readCharSequence(Math.min(room, received.readableBytes()), ISO_8859_1));
        Matcher request = HEAD.matcher(head);
        if (request.matches()) {
            respond(request.group(1).split("\r?\n", -1));
        } else if (head.length() > MAX_HEAD_BYTES) {
            send(Response.text("431 Request Header Fields Too Large", "more than " + MAX_HEAD_BYTES + " bytes"), true);
        } else if (nanoTime.getAsLong() - deadline > 0) {
            send(Response.text("408 Request Timeout", "no request within " + TIME_LIMIT.toSeconds() + " s"), true);
        } else {
            keepOpen();
        }
    }

    private void respond(String[] lines) throws IOException {
        Matcher line = REQUEST_LINE.matcher(lines[0]);
        boolean valid = line.matches();
        for (int i = 1; i < lines.length; i++) {
            valid &= HEADER_FIELD.matcher(lines[i]).matches();
        }
        if (!valid) {
            send(Response.text("400 Bad Request", "not an HTTP/1.1 request"), true);
            return;
        }
        String method = line.group(1);
        if (!method.equals("GET") && !method.equals("HEAD")) {
            send(Response.text("405 Method Not Allowed", "only GET and HEAD"), true);
            return;
        }
        Supplier<Response> page = pages.get(line.group(2).replaceFirst("\\?.*", ""));
        boolean withBody = method.equals("GET");
        if (page == null) {
            send(Response.text("404 Not Found", "no such page"), withBody);
        } else {
            send(page, withBody);
        }
    }

    private void send(Supplier<Response> page, boolean withBody) throws IOException {
        Response response;
        try {
            response = page.get();
        } catch (RuntimeException | Error e) {
            send(Response.text("500 Internal Server Error", "the page could not be made"), withBody);
            out().flush();
            throw e;
        }
        send(response, withBody);
    }

    private void send(Response response, boolean withBody) throws IOException {
        byte[] body = response.body().getBytes(UTF_8);
        String date = date(Instant.now());
        out().write(
                        """
                        HTTP/1.1 %s
                        Date: %s
                        Content-Type: %s
                        Content-Length: %d
                        Allow: GET, HEAD
                        Connection: close

                        """.formatted(response.status(), date, response.type(), body.length)
                                .replace("\n", "\r\n"),
                        ISO_8859_1);
        if (withBody) {
            out().write(body);
        }
    }

    /** Returns a time as HTTP has it. */
    static String date(Instant time) {
        return DATE.format(time);
    }
}

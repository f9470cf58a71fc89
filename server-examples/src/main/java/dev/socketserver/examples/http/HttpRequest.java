package dev.socketserver.examples.http;

import dev.socketserver.buffer.ByteInput;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A request, whose body is read from the connection. Confined to its connection's turn. */
public final class HttpRequest {
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final Pattern REQUEST_LINE = Pattern.compile("(" + TOKEN + ") ([\\x21-\\x7E]+) HTTP/(\\d)\\.(\\d)");
    private static final Pattern FIELD = Pattern.compile("(" + TOKEN + "):[ \\t]*+([\\t\\x20-\\x7E\\x80-\\xFF]*)");
    private static final Pattern LENGTH = Pattern.compile("\\d{1,18}");
    private static final int MOST_FIELDS = 100;
    private static final int MOST_DISCARDED = 1 << 16;

    private final String method;
    private final String target;
    private final boolean old; // HTTP/1.0
    private final Map<String, List<String>> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final InputStream body;
    private boolean continues; // the peer waits for a word before it sends the body

    /** Reads a head; the body is left. */
    HttpRequest(ByteInput in) throws IOException {
        var lines = new HeadLines(in);
        String begin = lines.next();
        Matcher first = REQUEST_LINE.matcher(begin.isEmpty() ? lines.next() : begin); // as RFC 9112, 2.2, asks for
        if (!first.matches()) {
            throw new HttpException(400, "not a request");
        } else if (!first.group(3).equals("1")) {
            throw new HttpException(505, "HTTP/1.1 is spoken here");
        }
        method = first.group(1);
        if (method.equals("CONNECT")) {
            throw new HttpException(501, "this is no proxy"); // to the peer, a success would begin a tunnel
        }
        target = first.group(2);
        old = first.group(4).equals("0");
        int count = 0;
        for (String line = lines.next(); !line.isEmpty(); line = lines.next()) {
            if (count++ == MOST_FIELDS) {
                throw new HttpException(431, "too many fields");
            }
            add(line);
        }
        if (values("Host").size() != 1 && !(old && values("Host").isEmpty())) {
            throw new HttpException(400, "one Host is needed");
        }
        body = body(in);
        expect();
    }

    /** Adds a field. One that goes on in the next line is refused, as the next line then is no field. */
    private void add(String line) throws HttpException {
        Matcher field = FIELD.matcher(line);
        if (!field.matches()) {
            throw new HttpException(400, "not a field of a head");
        }
        fields.computeIfAbsent(field.group(1), name -> new ArrayList<>())
                .add(field.group(2).strip());
    }

    /** Says where the body ends. What could be understood in two ways is refused, or requests could be smuggled. */
    private InputStream body(ByteInput in) throws HttpException {
        List<String> lengths = values("Content-Length");
        List<String> codings = values("Transfer-Encoding");
        if (codings.isEmpty() && lengths.isEmpty()) {
            return InputStream.nullInputStream();
        } else if (codings.size() + lengths.size() > 1 || (old && !codings.isEmpty())) {
            throw new HttpException(400, "more than one length");
        } else if (codings.isEmpty() && LENGTH.matcher(lengths.get(0)).matches()) {
            return in.limit(Long.parseLong(lengths.get(0)));
        } else if (codings.isEmpty()) {
            throw new HttpException(400, "not a length");
        } else if (codings.get(0).equalsIgnoreCase("chunked")) {
            return new ChunkedInput(in);
        }
        throw new HttpException(501, "chunked is the only Transfer-Encoding");
    }

    private void expect() throws HttpException {
        for (String expectation : old ? List.<String>of() : values("Expect")) {
            if (!expectation.equalsIgnoreCase("100-continue")) {
                throw new HttpException(417, "100-continue is all that may be expected");
            }
            continues = true;
        }
    }

    String method() {
        return method;
    }

    boolean isHead() {
        return method.equals("HEAD");
    }

    /** Returns what is asked for, as it was sent. */
    String target() {
        return target;
    }

    /** Returns whether the peer speaks HTTP/1.0. */
    boolean isOld() {
        return old;
    }

    private List<String> values(String field) {
        return fields.getOrDefault(field, List.of());
    }

    /** Returns whether the peer wants to send more requests. */
    boolean keepsOpen() {
        String wishes = String.join(",", values("Connection")).toLowerCase(Locale.ROOT);
        List<String> options = List.of(wishes.split("[ \\t]*,[ \\t]*", -1));
        return !options.contains("close") && (!old || options.contains("keep-alive"));
    }

    /** Returns whether the peer may not send the body that it has announced. */
    boolean isBodyAwaited() {
        return continues;
    }

    /** Returns the body; if the peer waits for that, it is told to send it. */
    InputStream body(HttpResponse response) throws IOException {
        if (continues) {
            continues = false;
            response.goOn();
        }
        return body;
    }

    /** Discards what is left of the body; returns false if that is much, or the peer may not send it. */
    boolean isDiscarded() throws IOException {
        return !continues && body.readNBytes(MOST_DISCARDED + 1).length <= MOST_DISCARDED;
    }
}

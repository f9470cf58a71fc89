package dev.socketserver.examples.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Sends each body back. Thread-safe. */
public final class Echo implements HttpService {
    private static final String TYPE = "application/octet-stream";
    private static final int PIECE = 1 << 13;

    /** Creates the service. */
    public Echo() {}

    /** Sends the body back while it comes, unless it is short. */
    @Override
    public void serve(HttpRequest request, HttpResponse response) throws IOException {
        InputStream body = request.body(response);
        byte[] first = body.readNBytes(PIECE);
        boolean isAll = first.length < PIECE;
        OutputStream out = response.begin(200, TYPE, isAll ? first.length : HttpResponse.CHUNKED);
        out.write(first);
        body.transferTo(out);
        out.close(); // only now: if the body is cut off, so is the response
    }
}

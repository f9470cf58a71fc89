package dev.socketserver.examples.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Serves the files of a directory, except hidden ones. Thread-safe. */
public final class Directory implements HttpService {
    private static final int PIECE = 1 << 16;

    private final Path root;

    /**
     * Creates the service.
     *
     * @throws IOException if there is no such directory
     */
    public Directory(Path root) throws IOException {
        this.root = root.toRealPath();
        if (!Files.isDirectory(this.root)) {
            throw new IOException("not a directory: " + root);
        }
    }

    @Override
    public void serve(HttpRequest request, HttpResponse response) throws IOException {
        if (!request.method().equals("GET") && !request.isHead()) {
            throw new HttpException(405, "GET and HEAD are all that is done here");
        }
        URI uri = uri(request.target());
        Path file = find(uri);
        if (file == null) {
            throw new HttpException(404, "not found");
        } else if (Files.isDirectory(file)) {
            String query = request.target().replaceFirst("^[^?]*", "");
            response.redirect(uri.getRawPath() + "/" + query); // or the links in its index would lead elsewhere
            return;
        }
        String type = Objects.requireNonNullElse(Files.probeContentType(file), "application/octet-stream");
        try (InputStream in = open(file)) {
            long size = Files.size(file);
            OutputStream out = response.begin(200, type, size);
            if (!request.isHead()) {
                copy(in, size, out);
            }
        }
    }

    private static InputStream open(Path file) throws IOException {
        try {
            return Files.newInputStream(file);
        } catch (AccessDeniedException | NoSuchFileException e) {
            throw new HttpException(404, "not found");
        }
    }

    /** Passes on so many bytes, however the file changes meanwhile. */
    private static void copy(InputStream in, long size, OutputStream out) throws IOException {
        var piece = new byte[(int) Math.min(size, PIECE)];
        for (long left = size; left > 0; ) {
            int count = in.read(piece, 0, (int) Math.min(left, piece.length));
            if (count < 0) {
                throw new IOException("a file has become shorter");
            }
            out.write(piece, 0, count);
            left -= count;
        }
    }

    private static URI uri(String target) throws HttpException {
        try {
            return URI.create(target.replaceFirst("[?#].*", "").replaceFirst("^/+", "/"));
        } catch (IllegalArgumentException e) {
            throw new HttpException(400, "not a path");
        }
    }

    /**
     * Returns the file that is asked for, or the directory with an index that is asked for as if it were a file; null
     * if there is none, it is hidden, or not in the root.
     */
    private @Nullable Path find(URI uri) throws IOException {
        String path = uri.isAbsolute() && "".equals(uri.getPath()) ? "/" : uri.getPath();
        if (path == null || !path.startsWith("/") || path.contains("/.") || path.contains("\\")) {
            return null;
        }
        try {
            Path wanted = root.resolve(path.substring(1));
            boolean isIndex = path.endsWith("/") || Files.isDirectory(wanted);
            Path file = isIndex ? wanted.resolve("index.html") : wanted;
            if (!Files.isRegularFile(file) || !file.toRealPath().startsWith(root)) {
                return null;
            }
            return isIndex && !path.endsWith("/") ? wanted : file;
        } catch (InvalidPathException e) {
            throw new HttpException(400, "not a path");
        }
    }
}

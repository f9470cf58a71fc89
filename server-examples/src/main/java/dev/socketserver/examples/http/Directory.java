package dev.socketserver.examples.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
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
        Path file = find(request.target());
        if (file == null) {
            throw new HttpException(404, "not found");
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

    /** Returns the file that is asked for; null if there is none, it is hidden, or not in the directory. */
    private @Nullable Path find(String target) throws IOException {
        try {
            URI uri = URI.create(target.replaceFirst("[?#].*", "").replaceFirst("^/+", "/"));
            String path = uri.isAbsolute() && "".equals(uri.getPath()) ? "/" : uri.getPath();
            if (path == null || !path.startsWith("/") || path.contains("/.") || path.contains("\\")) {
                return null;
            }
            Path wanted = root.resolve(path.substring(1));
            Path file = path.endsWith("/") || Files.isDirectory(wanted) ? wanted.resolve("index.html") : wanted;
            return Files.isRegularFile(file) && file.toRealPath().startsWith(root) ? file : null;
        } catch (IllegalArgumentException e) {
            throw new HttpException(400, "not a path");
        }
    }
}

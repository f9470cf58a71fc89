package dev.socketserver.attack;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** Reads in a thread of its own what the servers of a soak log, at WARN and above; shows and counts them. */
final class SoakLog {
    private final InputStream log;
    private final AtomicInteger errors = new AtomicInteger();
    private final AtomicInteger leaks = new AtomicInteger();
    private final AtomicInteger warnings = new AtomicInteger();
    private final Thread thread;

    SoakLog(InputStream log) {
        this.log = log;
        thread = new Thread(this::read, "log");
        thread.start();
    }

    private void read() {
        try (var lines = new BufferedReader(new InputStreamReader(log, StandardCharsets.UTF_8))) {
            boolean shows = false; // the lines of a stack belong to the one before
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                shows = count(line, shows);
                if (shows) {
                    System.err.println(line);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean count(String line, boolean shows) {
        if (line.contains("LEAK: ")) {
            leaks.incrementAndGet();
            return true;
        } else if (line.contains("] ERROR ") || line.startsWith("Exception in ") || line.contains("OutOfMemoryError")) {
            errors.incrementAndGet();
            return true;
        } else if (line.startsWith("[") && line.contains("] WARN ")) {
            warnings.incrementAndGet();
            return true;
        }
        return shows;
    }

    /** Waits until the servers' process has ended, and all that it logged is counted. */
    void awaitEnd() throws InterruptedException {
        thread.join();
    }

    /** Returns how many errors were logged. */
    int errors() {
        return errors.get();
    }

    /** Returns how many buffers leaked. */
    int leaks() {
        return leaks.get();
    }

    /** Returns how many warnings were logged. */
    int warnings() {
        return warnings.get();
    }
}

package dev.socketserver.internal.stream;

/** A connection of which other threads may want something. */
public interface Called {
    /** Returns what other threads want of it. Thread-safe. */
    Calls calls();
}

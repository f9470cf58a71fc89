package dev.socketserver.internal.buffer;

/** What a read waits for. */
public enum Reading {
    /** Anything, or the end. */
    ANYTHING,
    /** A line, of a maximum number of bytes. */
    LINE,
    /** What is before a delimiter, of a maximum number of bytes. */
    DELIMITED,
    /** A frame behind its length, of a maximum number of bytes. */
    FRAME,
    /** A number of bytes. */
    BYTES
}

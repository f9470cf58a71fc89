package dev.socketserver.internal.buffer;

/** What has begun and has not ended when a read waits for its peer. */
public enum Inside {
    /** Nothing: the peer may send its next message, or nothing. */
    NOTHING,

    /** A message, the length of which may not be known yet. */
    MESSAGE,

    /** A stream of a known length, which takes as long as it is long. */
    LENGTH
}

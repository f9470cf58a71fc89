package dev.socketserver.internal.stream;

/** A channel whose reads wait for the peer unless configured otherwise. Confined to the connection's turn. */
public interface Receiver {
    /** Sets whether reads return only available input, without waiting. */
    void receiving(boolean now);
}

package dev.socketserver.internal.stream;

/** A channel whose reads wait for the peer, unless told not to. Confined to the connection's turn. */
public interface Receiver {
    /** Says whether a read takes what has come and waits for nothing. */
    void receiving(boolean now);
}

package dev.socketserver;

/** What happens to a message for a peer that does not read, when {@link ServerConfig#outboundLimit()} is reached. */
public enum OutboundPolicy {
    /** The message is dropped, and the connection closed. */
    CLOSE,
    /** The message is dropped. */
    DROP_NEWEST,
    /** The oldest waiting messages are dropped, except one that has been partly sent. */
    DROP_OLDEST
}

package dev.socketserver;

/** What happens to a message for a peer that does not read, when {@link ServerConfig#outboundLimit()} is reached. */
public enum OutboundPolicy {
    /** The message is dropped, and the connection closed. */
    CLOSE,
    /** The message is dropped. */
    DROP_NEWEST,
    /** The oldest messages that wait are dropped to make room, but none of which a part was sent. */
    DROP_OLDEST
}

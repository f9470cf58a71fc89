package dev.socketserver.spring;

/** Whether the clients of a server are asked for a certificate. */
public enum ClientAuth {
    /** They are not asked. */
    NONE,

    /** They are asked, and may have none. */
    WANT,

    /** They are asked, and refused if they have none that the bundle trusts. */
    NEED
}
